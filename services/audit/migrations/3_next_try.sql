-- When what did not arrive is tried again by itself; none when it arrived.
alter table checkpoints.handed add column next_try timestamptz;
grant update (next_try) on checkpoints.handed to regiohub_app;
-- What witnesses signed is read with the checkpoint it stands under.
create index on checkpoints.handed (region, service, epoch, size) where cosignature is not null;
