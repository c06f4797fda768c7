-- What was signed over each log, and what is needed to go on from there.
create schema checkpoints;
grant usage on schema checkpoints to regiohub_app;

-- The keys that sign, one after another.
create table checkpoints.signing_key (
    region text not null,
    number integer not null,
    -- `name+id+base64`, for whoever checks.
    verifier text not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    primary key (region, number)
);

create table checkpoints.checkpoint (
    region text not null,
    service text not null,
    epoch integer not null,
    size bigint not null,
    cut_at timestamptz not null,
    -- The signed note as it was handed out.
    note text not null,
    -- The frontier of the tree, 32 bytes a root.
    frontier bytea not null,
    primary key (region, service, epoch, size)
);

-- The leaves each checkpoint was cut over, 256 to a row: they name the event that was altered.
create table checkpoints.leaves (
    region text not null,
    service text not null,
    epoch integer not null,
    number bigint not null,
    leaves bytea not null,
    primary key (region, service, epoch, number)
);

do $$ declare name text; begin
    foreach name in array array['signing_key', 'checkpoint', 'leaves'] loop
        execute format('alter table checkpoints.%I enable row level security', name);
        execute format('create policy region on checkpoints.%I using (region = current_setting(''regiohub.region'', true))', name);
    end loop;
end $$;

-- What was signed stays: no delete, and nothing of it changes but when a key ended and a row of leaves that was not full.
grant select, insert on checkpoints.signing_key, checkpoints.checkpoint, checkpoints.leaves to regiohub_app;
grant update (valid_until) on checkpoints.signing_key to regiohub_app;
grant update (leaves) on checkpoints.leaves to regiohub_app;
