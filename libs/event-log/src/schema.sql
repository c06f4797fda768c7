-- One log per region: positions 1, 2, 3 … without a gap, in commit order.

create schema if not exists event_log;

create table if not exists event_log.head (
    region text primary key,
    epoch integer not null default 1,
    position bigint not null,
    recorded_at timestamptz not null,
    -- The roots of the perfect subtrees of the Merkle tree, largest first, 32 bytes each.
    frontier bytea not null
) with (fillfactor = 10);

-- `body` is the exact text that is hashed and published; the columns beside it are copies.
create table if not exists event_log.event (
    region text not null,
    position bigint not null,
    stream text not null,
    version integer not null,
    type text not null,
    actor uuid not null,
    recorded_at timestamptz not null,
    leaf bytea not null,
    body text not null,
    -- The first event of a command keeps its id and its answer.
    command uuid,
    fingerprint bytea,
    answer_version integer,
    answer_position bigint,
    primary key (region, position),
    constraint event_version unique (region, stream, version)
);

create unique index if not exists event_command on event_log.event (region, command) where command is not null;

-- The commands that changed nothing, with their answers: a command whose first event is not there to keep it.
create table if not exists event_log.kept (
    region text not null,
    command uuid not null,
    fingerprint bytea not null,
    stream text not null,
    answer_version integer not null,
    answer_position bigint not null,
    primary key (region, command)
);

alter table event_log.kept enable row level security;
alter table event_log.head enable row level security;
alter table event_log.event enable row level security;

do $$ begin
    create policy region on event_log.head using (region = current_setting('regiohub.region', true));
exception when duplicate_object then null; end $$;

do $$ begin
    create policy region on event_log.event using (region = current_setting('regiohub.region', true));
exception when duplicate_object then null; end $$;

do $$ begin
    create policy region on event_log.kept using (region = current_setting('regiohub.region', true));
exception when duplicate_object then null; end $$;

grant usage on schema event_log to regiohub_app;
grant select, insert, update on event_log.head to regiohub_app;
-- No update and no delete: what happened, happened.
grant select, insert on event_log.event, event_log.kept to regiohub_app;

-- Appends events behind the head that the caller knows, or answers the true head and writes nothing. Without events it
-- only keeps commands that changed nothing; without these either, it still waits until all before it is kept.
-- A version or a command that is there already, and a stream that was read and has moved on, is a unique violation:
-- nothing is written either.
create or replace function event_log.append(
    p_region text, p_position bigint, p_recorded_at timestamptz, p_frontier bytea,
    p_streams text[], p_versions integer[], p_types text[], p_actors uuid[], p_leaves bytea[], p_bodies text[],
    p_commands uuid[], p_fingerprints bytea[], p_answer_versions integer[], p_answer_positions bigint[],
    p_kept uuid[], p_kept_fingerprints bytea[], p_kept_streams text[], p_kept_versions integer[], p_kept_positions bigint[],
    p_read text[], p_read_versions integer[],
    out done boolean, out head_position bigint, out head_recorded_at timestamptz, out head_frontier bytea
)
language plpgsql as $$
begin
    perform set_config('regiohub.region', p_region, true);
    -- Locks the head, and waits for whoever has it: then it is another head, or there is none yet.
    update event_log.head
    set position = p_position + cardinality(p_streams), recorded_at = p_recorded_at, frontier = p_frontier
    where region = p_region and position = p_position and recorded_at <= p_recorded_at;
    if not found then
        insert into event_log.head (region, position, recorded_at, frontier)
        values (p_region, 0, 'epoch', '') on conflict do nothing;
        select false, head.position, head.recorded_at, head.frontier
        into done, head_position, head_recorded_at, head_frontier
        from event_log.head where region = p_region;
        return;
    end if;
    -- Under the lock nobody writes to what was read, and nobody keeps a command meanwhile.
    if cardinality(p_read) > 0 then
        if exists (
            select from unnest(p_read, p_read_versions) as read (stream, version)
            where read.version <> coalesce((select event.version from event_log.event
                                            where event.region = p_region and event.stream = read.stream
                                            order by event.version desc limit 1), 0)) then
            raise unique_violation using message = 'a stream that was read has moved on';
        end if;
    end if;
    -- A command is kept in one place or in the other.
    if exists (select from event_log.kept where kept.region = p_region and kept.command = any (p_commands)) then
        raise unique_violation using message = 'a command is kept already';
    end if;
    if cardinality(p_kept) > 0 then
        if exists (select from event_log.event where event.region = p_region and event.command = any (p_kept)) then
            raise unique_violation using message = 'a command is kept already';
        end if;
        insert into event_log.kept (region, command, fingerprint, stream, answer_version, answer_position)
        select p_region, row.command, row.fingerprint, row.stream, row.answer_version, row.answer_position
        from unnest(p_kept, p_kept_fingerprints, p_kept_streams, p_kept_versions, p_kept_positions)
             as row (command, fingerprint, stream, answer_version, answer_position);
    end if;
    insert into event_log.event (region, position, stream, version, type, actor, recorded_at, leaf, body,
                                 command, fingerprint, answer_version, answer_position)
    select p_region, p_position + row.ordinality, row.stream, row.version, row.type, row.actor, p_recorded_at, row.leaf,
           row.body, row.command, row.fingerprint, row.answer_version, row.answer_position
    from unnest(p_streams, p_versions, p_types, p_actors, p_leaves, p_bodies,
                p_commands, p_fingerprints, p_answer_versions, p_answer_positions)
         with ordinality as row (stream, version, type, actor, leaf, body, command, fingerprint, answer_version,
                                 answer_position, ordinality);
    done := true;
end $$;

-- As a process of an earlier version asks, which may still be at work.
create or replace function event_log.append(
    p_region text, p_position bigint, p_recorded_at timestamptz, p_frontier bytea,
    p_streams text[], p_versions integer[], p_types text[], p_actors uuid[], p_leaves bytea[], p_bodies text[],
    p_commands uuid[], p_fingerprints bytea[], p_answer_versions integer[], p_answer_positions bigint[]
) returns table (done boolean, head_position bigint, head_recorded_at timestamptz, head_frontier bytea)
language plpgsql as $$
begin
    return query select * from event_log.append(
        p_region, p_position, p_recorded_at, p_frontier, p_streams, p_versions, p_types, p_actors, p_leaves, p_bodies,
        p_commands, p_fingerprints, p_answer_versions, p_answer_positions, '{}', '{}', '{}', '{}', '{}', '{}', '{}');
end $$;

-- The histories of some streams, and what some commands answered when they were asked before: one round trip, and one
-- moment. `stable` is what gives both queries the same snapshot; a command that is kept in between would otherwise be
-- decided anew on what it did. Of a command that changed nothing the body is empty, of another one null.
create or replace function event_log.load(p_region text, p_streams text[], p_commands uuid[])
returns table (kept boolean, stream text, body text, command uuid,
               fingerprint bytea, answer_version integer, answer_position bigint)
language plpgsql stable as $$
begin
    perform set_config('regiohub.region', p_region, true);
    if cardinality(p_commands) > 0 then
        return query
            select true, event.stream, null::text, event.command, event.fingerprint, event.answer_version, event.answer_position
            from event_log.event where event.region = p_region and event.command = any (p_commands);
        return query
            select true, idle.stream, '', idle.command, idle.fingerprint, idle.answer_version, idle.answer_position
            from event_log.kept as idle where idle.region = p_region and idle.command = any (p_commands);
    end if;
    return query
        select false, event.stream, event.body, null::uuid, null::bytea, null::integer, null::bigint
        from event_log.event where event.region = p_region and event.stream = any (p_streams)
        order by event.stream, event.version;
end $$;

-- The first event of a stream, and those that have a text in them: of a long history what concerns one thing.
create or replace function event_log.holding(p_region text, p_stream text, p_text text)
returns table (body text)
language plpgsql as $$
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select event.body from event_log.event
        where event.region = p_region and event.stream = p_stream and (event.version = 1 or position(p_text in event.body) > 0)
        order by event.version;
end $$;

-- What stands in the way of an append: the versions its streams have, and the commands already kept.
create or replace function event_log.standing(p_region text, p_streams text[], p_commands uuid[])
returns table (stream text, version integer, command uuid, fingerprint bytea, answer_version integer, answer_position bigint)
language plpgsql as $$
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select event.stream, max(event.version), null::uuid, null::bytea, null::integer, null::bigint
        from event_log.event where event.region = p_region and event.stream = any (p_streams) group by event.stream
        union all
        select event.stream, null, event.command, event.fingerprint, event.answer_version, event.answer_position
        from event_log.event where event.region = p_region and event.command = any (p_commands)
        union all
        select idle.stream, null, idle.command, idle.fingerprint, idle.answer_version, idle.answer_position
        from event_log.kept as idle where idle.region = p_region and idle.command = any (p_commands);
end $$;

-- Planned without the position: of a log that was just filled, and not analysed yet, the planner would otherwise read and
-- sort all that is left for each page.
create or replace function event_log.page(p_region text, p_after bigint, p_limit bigint)
returns table (body text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select event.body from event_log.event where event.region = p_region and event.position > p_after
        order by event.position limit p_limit;
end $$;

-- How far a page goes, and whether anything in it is of some categories: for whoever reads a log for few of its events.
create or replace function event_log.skim(
    p_region text, p_after bigint, p_limit bigint, p_categories text[],
    out first bigint, out last bigint, out concerns boolean
)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    perform set_config('regiohub.region', p_region, true);
    select min(page.position), max(page.position), bool_or(split_part(page.stream, '/', 1) = any (p_categories))
    into first, last, concerns
    from (select event.position, event.stream from event_log.event
          where event.region = p_region and event.position > p_after
          order by event.position limit p_limit) as page;
end $$;

-- A page as it is published: the text, and what its subject is made of, so that the text need not be read.
create or replace function event_log.lines(p_region text, p_after bigint, p_limit bigint)
returns table ("position" bigint, stream text, type text, body text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select event.position, event.stream, event.type, event.body from event_log.event
        where event.region = p_region and event.position > p_after
        order by event.position limit p_limit;
end $$;

-- It raised an epoch without a word in the log.
drop function if exists event_log.restored(text);

-- Which logs there are. The relay and the consumers of a log serve every region.
create or replace function event_log.heads()
returns table (region text, epoch integer, "position" bigint, recorded_at timestamptz, frontier bytea)
language sql security definer set search_path = '' stable as $$
    select head.region, head.epoch, head.position, head.recorded_at, head.frontier from event_log.head order by head.region;
$$;
revoke all on function event_log.heads() from public;
grant execute on function event_log.heads() to regiohub_app;
