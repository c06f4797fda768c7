-- The keys of people, and who was forgotten. No name and no number of anyone stands here.

create schema vault;

-- `forgotten_at` is the tombstone: it stays for ever.
-- The row is what a new key and a forgetting wait for each other on.
create table vault.person (
    region text not null,
    person uuid not null,
    forgotten_at timestamptz,
    primary key (region, person)
);

-- 24 bytes of nonce, then the data key sealed by the master key.
create table vault.key (
    region text not null,
    person uuid not null,
    purpose text not null,
    wrapped bytea not null,
    primary key (region, person, purpose)
);

-- Finds a person again by a number (leerlingnummer) of which only a keyed MAC is kept.
create table vault.natural_key (
    region text not null,
    kind text not null,
    mac bytea not null,
    person uuid not null,
    primary key (region, kind, mac)
);
create index natural_key_person on vault.natural_key (region, person);

-- Tells the master key this vault was made with from any other.
create table vault.master (
    single boolean primary key default true check (single),
    mark bytea not null
);

alter table vault.person enable row level security;
alter table vault.key enable row level security;
alter table vault.natural_key enable row level security;
alter table vault.master enable row level security;
create policy region on vault.person using (region = current_setting('regiohub.region', true));
create policy region on vault.key using (region = current_setting('regiohub.region', true));
create policy region on vault.natural_key using (region = current_setting('regiohub.region', true));
-- No policy on `master`: only the owner reads it.

grant usage on schema vault to regiohub_vault;
grant select, insert, update on vault.person to regiohub_vault;
grant select, insert, delete on vault.key, vault.natural_key to regiohub_vault;

-- The keys asked for, in the order asked; with `p_fresh`, missing ones are made of it.
-- Nothing is made for someone who was forgotten, and a key row that came back from a backup is not given out.
create function vault.keys(p_region text, p_persons uuid[], p_purposes text[], p_fresh bytea[])
returns table (wrapped bytea, forgotten boolean)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    if p_fresh is not null and exists (
        select from unnest(p_persons, p_purposes) as asked (person, purpose)
        where not exists (
            select from vault.key
            where key.region = p_region and key.person = asked.person and key.purpose = asked.purpose
        )
    ) then
        perform vault.hold(p_region, p_persons);
        insert into vault.key (region, person, purpose, wrapped)
        select p_region, asked.person, asked.purpose, asked.fresh
        from unnest(p_persons, p_purposes, p_fresh) as asked (person, purpose, fresh)
        join vault.person on person.region = p_region and person.person = asked.person
        where person.forgotten_at is null
        order by asked.person, asked.purpose
        on conflict do nothing;
    end if;
    return query
        select key.wrapped, person.forgotten_at is not null
        from unnest(p_persons, p_purposes) with ordinality as asked (person, purpose, place)
        left join vault.person on person.region = p_region and person.person = asked.person
        left join vault.key on key.region = p_region and key.person = asked.person and key.purpose = asked.purpose
                           and person.forgotten_at is null
        order by asked.place;
end $$;

-- Until the transaction ends nobody forgets these people; a forgetting under way is waited for.
create function vault.hold(p_region text, p_persons uuid[]) returns void
language plpgsql as $$
#variable_conflict use_column
begin
    insert into vault.person (region, person)
    select distinct p_region, asked.person from unnest(p_persons) as asked (person) order by 2
    on conflict do nothing;
    perform from vault.person where region = p_region and person = any (p_persons) order by person for share;
end $$;

create function vault.forget(p_region text, p_persons uuid[]) returns void
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    insert into vault.person as known (region, person, forgotten_at)
    select distinct p_region, asked.person, now() from unnest(p_persons) as asked (person) order by 2
    on conflict (region, person) do update set forgotten_at = now() where known.forgotten_at is null;
    delete from vault.key where region = p_region and person = any (p_persons);
    delete from vault.natural_key where region = p_region and person = any (p_persons);
end $$;

-- Who each MAC belongs to, in the order asked; with `p_persons`, unknown ones are given to these.
create function vault.natural_keys(p_region text, p_kind text, p_macs bytea[], p_persons uuid[])
returns table (person uuid, forgotten boolean)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    if p_persons is not null then
        perform vault.hold(p_region, p_persons);
        insert into vault.natural_key (region, kind, mac, person)
        select p_region, p_kind, asked.mac, asked.person
        from unnest(p_macs, p_persons) as asked (mac, person)
        join vault.person on person.region = p_region and person.person = asked.person
        where person.forgotten_at is null
        order by asked.mac
        on conflict do nothing;
    end if;
    -- Nobody has a natural key after being forgotten: one that is there came back from a backup.
    return query
        select known.person, owner.forgotten_at is not null
        from unnest(p_macs) with ordinality as asked (mac, place)
        left join vault.natural_key as known
               on known.region = p_region and known.kind = p_kind and known.mac = asked.mac
        left join vault.person as owner on owner.region = p_region and owner.person = known.person
        order by asked.place;
end $$;
