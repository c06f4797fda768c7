-- The root of a full row of leaves: a proof reads these, and the one row its event is in.
alter table checkpoints.leaves add column root bytea;
grant update (root) on checkpoints.leaves to regiohub_app;
