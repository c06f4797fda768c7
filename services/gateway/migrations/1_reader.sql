-- Queries run under a role that only reads, and sees no more than the caller's grants reach.
do $$ begin
    if not exists (select from pg_roles where rolname = 'regiohub_reader') then
        create role regiohub_reader nologin noinherit;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;

do $$ begin
    if not pg_has_role(session_user, 'regiohub_reader', 'member') then
        execute format('grant regiohub_reader to %I', session_user);
    end if;
end $$;

-- Whether what touches these schools, companies and people is within the caller's reach.
create or replace function public.reaches(schools text[], companies uuid[], persons uuid[]) returns boolean
language sql stable parallel safe as $$
    select current_setting('regiohub.reach', true) = 'region'
        or schools && string_to_array(current_setting('regiohub.schools', true), ',')
        or companies && string_to_array(nullif(current_setting('regiohub.companies', true), ''), ',')::uuid[]
        or persons && string_to_array(nullif(current_setting('regiohub.persons', true), ''), ',')::uuid[]
$$;
