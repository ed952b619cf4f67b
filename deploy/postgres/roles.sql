-- Schemas and roles: one schema and one owner a service, and nobody reaches across.
--
--   owner_<service>  owns the schema and its tables; nobody logs in as it
--   svc_<service>    the service at work: no DDL, held by row-level security
--   relay_<service>  carries the outbox to Kafka
--   migrator         logs in to migrate, and then has to `set role owner_<service>`
--
-- The migrations grant the tables, verb by verb, since they know them. Roles have no password here; `make run` and
-- passwords.sql set them from secret files. Runs again without harm.

do $$
declare
  service text;
  login text;
begin
  if not exists (select from pg_roles where rolname = 'migrator') then
    create role migrator login noinherit nosuperuser nocreatedb nocreaterole nobypassrls;
  end if;
  alter role migrator set lock_timeout = '2s';
  alter role migrator set idle_in_transaction_session_timeout = '10s';

  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to migrator', current_database());
  revoke all on schema public from public;

  foreach service in array array['intake', 'coding', 'submission', 'remittance', 'console', 'sandbox'] loop
    if not exists (select from pg_roles where rolname = 'owner_' || service) then
      execute format('create role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls', 'owner_' || service);
    end if;
    execute format('grant %I to migrator with inherit false, set true', 'owner_' || service);
    execute format('create schema if not exists %I authorization %I', service, 'owner_' || service);

    foreach login in array array['svc_' || service, 'relay_' || service] loop
      continue when login = 'relay_sandbox'; -- the sandbox publishes nothing
      if not exists (select from pg_roles where rolname = login) then
        execute format('create role %I login nosuperuser nocreatedb nocreaterole nobypassrls', login);
      end if;
      execute format('grant connect on database %I to %I', current_database(), login);
      execute format('grant usage on schema %I to %I', service, login);
      execute format('alter role %I set search_path = %I', login, service);
      execute format('alter role %I set statement_timeout = ''5s''', login);
      execute format('alter role %I set lock_timeout = ''2s''', login);
      execute format('alter role %I set idle_in_transaction_session_timeout = ''10s''', login);
    end loop;
  end loop;
end
$$;
