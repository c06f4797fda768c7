-- A number has a MAC under each generation of the key. `p_macs` holds those under the oldest generation for all numbers, in
-- the order asked, then those under the next one; `p_newest` is the place of the generation that is written with, from 1.
--
-- Whose each number is, in the order asked; with `p_persons`, unknown numbers are given to these, and a known one is
-- re-keyed to the newest generation.
create function vault.natural_keys_by_generation(
    p_region text, p_kind text, p_macs bytea[], p_numbers integer, p_newest integer, p_persons uuid[]
)
returns table (person uuid, forgotten boolean)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    if p_persons is not null then
        -- Another process may still write with another generation: one number is given once, whichever MAC it has.
        perform pg_advisory_xact_lock(hashtextextended(p_region || ' ' || p_kind, 0));
        -- All of them at once, in one order: a forgetting waits for us or we for it, and never in a circle.
        perform vault.hold(p_region, p_persons || array(
            select known.person from vault.natural_key as known
            where known.region = p_region and known.kind = p_kind and known.mac = any (p_macs)
        ));
        update vault.natural_key as known set mac = moved.newest
        from (
            -- A row of someone forgotten came back from a backup, and is not the one that moves.
            select distinct on (newest.number) older.mac as older, newest.mac as newest
            from unnest(p_macs) with ordinality as older (mac, place)
            join unnest(p_macs[(p_newest - 1) * p_numbers + 1 : p_newest * p_numbers])
                 with ordinality as newest (mac, number) on newest.number = (older.place - 1) % p_numbers + 1
            join vault.natural_key as there
                 on there.region = p_region and there.kind = p_kind and there.mac = older.mac
            left join vault.person as owner on owner.region = p_region and owner.person = there.person
            where older.mac <> newest.mac
            order by newest.number, owner.forgotten_at is not null, older.place desc
        ) as moved
        where known.region = p_region and known.kind = p_kind and known.mac = moved.older
              and not exists (
                  select from vault.natural_key as there
                  where there.region = p_region and there.kind = p_kind and there.mac = moved.newest
              );
        insert into vault.natural_key (region, kind, mac, person)
        select p_region, p_kind, asked.mac, asked.person
        from unnest(p_macs[(p_newest - 1) * p_numbers + 1 : p_newest * p_numbers], p_persons) as asked (mac, person)
        join vault.person on person.region = p_region and person.person = asked.person
        where person.forgotten_at is null
        order by asked.mac
        on conflict do nothing;
    end if;
    -- Nobody has a natural key after being forgotten: one that is there came back from a backup.
    return query
        select found.person, found.forgotten
        from (
            select distinct on (asked.number)
                   asked.number, known.person, owner.forgotten_at is not null as forgotten
            from (
                select mac, (place - 1) % p_numbers + 1 as number, (place - 1) / p_numbers + 1 as generation
                from unnest(p_macs) with ordinality as every (mac, place)
            ) as asked
            left join vault.natural_key as known
                   on known.region = p_region and known.kind = p_kind and known.mac = asked.mac
            left join vault.person as owner on owner.region = p_region and owner.person = known.person
            order by asked.number, known.person is null, owner.forgotten_at is not null,
                     asked.generation = p_newest desc, asked.generation desc
        ) as found
        order by found.number;
end $$;

-- Re-keying changes the MAC of a row and nothing else.
grant update (mac) on vault.natural_key to regiohub_vault;
