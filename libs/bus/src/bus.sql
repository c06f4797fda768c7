-- What the bus remembers: which version of a read model is live, how far each reader is, what is parked.

create schema if not exists bus;

-- The versions that serve queries. Says nothing about any region.
create table if not exists bus.projections (
    name text primary key,
    live_version integer not null
);

-- How far a reader is in one log. `reader` is a projection, `<name>/next` while it is rebuilt, or `reaction/<name>`.
create table if not exists bus.checkpoints (
    region text not null,
    reader text not null,
    version integer not null,
    service text not null,
    epoch integer not null,
    position bigint not null,
    primary key (region, reader, version, service)
) with (fillfactor = 50);

-- Events a reader could not handle, and those of the same stream that wait behind them.
create table if not exists bus.parked (
    region text not null,
    reader text not null,
    version integer not null,
    service text not null,
    position bigint not null,
    stream text not null,
    event_type text not null,
    error text not null,
    attempts integer not null,
    parked_at timestamptz not null,
    primary key (region, reader, version, service, position)
);

-- Who relays a log or rebuilds a read model, and until when unless that is put off. `fence` grows with each holder.
-- Says nothing about any region but that its log is relayed.
create table if not exists bus.leases (
    name text primary key,
    holder uuid not null,
    fence bigint not null,
    until timestamptz not null
) with (fillfactor = 50);

alter table bus.checkpoints enable row level security;
alter table bus.checkpoints force row level security;
alter table bus.parked enable row level security;
alter table bus.parked force row level security;

-- `regiohub.bus` opens these two tables over all regions, for lag and for the switch of a rebuilt read model.
-- They hold positions and streams, nothing that someone did; no other table knows the setting.
do $$ begin
    create policy region on bus.checkpoints
        using (region = current_setting('regiohub.region', true) or current_setting('regiohub.bus', true) = 'on');
exception when duplicate_object then null; end $$;

do $$ begin
    create policy region on bus.parked
        using (region = current_setting('regiohub.region', true) or current_setting('regiohub.bus', true) = 'on');
exception when duplicate_object then null; end $$;

grant usage on schema bus to regiohub_app;
grant select, insert, update, delete on all tables in schema bus to regiohub_app;
