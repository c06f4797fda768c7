-- To whom the checkpoints of a region are handed, and what became of it.
create table checkpoints.witness (
    region text not null,
    name text not null,
    -- file:/folder, mailto:someone@example.nl, or the https address of a witness.
    address text not null,
    -- What its signatures are checked with, where it signs.
    verifier text,
    added_at timestamptz not null,
    ended_at timestamptz,
    primary key (region, name)
);

create table checkpoints.handed (
    region text not null,
    witness text not null,
    service text not null,
    epoch integer not null,
    size bigint not null,
    tries integer not null default 0,
    tried_at timestamptz not null,
    -- None while it did not arrive.
    handed_at timestamptz,
    -- Why it did not arrive.
    trouble text,
    -- What the witness signed.
    cosignature text,
    primary key (region, witness, service, epoch, size)
);

do $$ declare name text; begin
    foreach name in array array['witness', 'handed'] loop
        execute format('alter table checkpoints.%I enable row level security', name);
        execute format('create policy region on checkpoints.%I using (region = current_setting(''regiohub.region'', true))', name);
    end loop;
end $$;

grant select, insert on checkpoints.witness, checkpoints.handed to regiohub_app;
grant update (address, verifier, added_at, ended_at) on checkpoints.witness to regiohub_app;
grant update (tries, tried_at, handed_at, trouble, cosignature) on checkpoints.handed to regiohub_app;
