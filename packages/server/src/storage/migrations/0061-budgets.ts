import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Parts of limits that count on all servers. A part belongs to the lease of a server, and goes with it. On SQLite, where
 * one server uses the database, nothing is shared.
 */
export const budgets0061: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
    for (const statement of [LEASES, SHARES, SHARES_OF_LEASE, NOW, SWEEP, JOIN, EXCHANGE])
      await sql.raw(statement).execute(db);
  },
};

/** `alone`: the server has all limits for itself. `number`: of its latest message; a message that comes late has no effect. */
const LEASES = `create table budget_lease (
  id bigserial primary key,
  home text not null,
  alone boolean not null,
  number bigint not null default 0,
  expires_at bigint not null
)`;

/** `missing`: how many more the server needs at once. */
const SHARES = `create table budget_share (
  budget text not null,
  lease bigint not null references budget_lease (id) on delete cascade,
  held integer not null,
  missing integer not null,
  primary key (budget, lease)
)`;

const SHARES_OF_LEASE = 'create index budget_share_of_lease on budget_share (lease)';

const NOW = `create function budget_now() returns bigint language sql volatile as
  'select (extract(epoch from clock_timestamp()) * 1000)::bigint'`;

/** A lease that is being renewed at this moment is left out, so that no server waits for another one. */
const SWEEP = `create function budget_sweep(me bigint) returns void language sql volatile as
  'delete from budget_lease where id in (
    select id from budget_lease where expires_at <= budget_now() and id <> me for update skip locked)'`;

/** The locks (61, 0) and (62, budget): who begins or becomes alone, and who takes of a budget, does so one at a time. */
const JOIN = `create function budget_join(of_home text, lease_ms bigint) returns bigint language plpgsql as $$
  declare
    me bigint;
  begin
    perform pg_advisory_xact_lock(61, 0);
    perform budget_sweep(0);
    insert into budget_lease (home, alone, expires_at)
      values (of_home, not exists (select from budget_lease), budget_now() + lease_ms) returning id into me;
    return me;
  end
$$`;

/**
 * Renews a lease, and sets its parts as \`asks\` says: gives back what exceeds \`want\`, takes half of what is free for a
 * larger one. While others want more of a budget, no server grows beyond an even share. A server that was alone begins to
 * share with what it uses. Null for a lease that is gone, or a message that comes late.
 */
const EXCHANGE = `create function budget_exchange(me bigint, nth bigint, lease_ms bigint, sharing boolean, asks jsonb)
  returns jsonb language plpgsql as $$
  declare
    was_alone boolean;
    others integer;
    is_blocked boolean;
    ask record;
    theirs record;
    before integer;
    mine integer;
    lacks integer;
    spare integer;
    held jsonb := '{}';
  begin
    update budget_lease set expires_at = budget_now() + lease_ms, number = nth
      where id = me and number < nth and expires_at > budget_now() returning alone into was_alone;
    if not found then return null; end if;
    perform budget_sweep(me);
    select count(*) into others from budget_lease where id <> me;
    if others = 0 and not was_alone then
      perform pg_advisory_xact_lock(61, 0);
      update budget_lease set alone = true
        where id = me and not exists (select from budget_lease other where other.id <> me);
      if found then
        delete from budget_share where lease = me;
        was_alone := true;
      else
        select count(*) into others from budget_lease where id <> me;
      end if;
    end if;
    if was_alone and (others = 0 or not sharing) then
      return jsonb_build_object('alone', true, 'others', others);
    end if;
    update budget_lease set alone = false where id = me and alone;
    select exists (select from budget_lease where alone and id <> me) into is_blocked;
    perform pg_advisory_xact_lock(62, each.hash) from (
      select distinct hashtext(one ->> 'key') as hash from jsonb_array_elements(asks) one order by hash) each;
    for ask in select * from jsonb_to_recordset(asks) as one (key text, most integer, used integer, want integer,
        missing integer) loop
      select coalesce(sum(share.held), 0) as held, coalesce(sum(share.missing), 0) as missing, count(*) as sharers
        into theirs from budget_share share where share.budget = ask.key and share.lease <> me;
      select coalesce(sum(share.held), 0) into before from budget_share share
        where share.budget = ask.key and share.lease = me;
      mine := before;
      spare := ask.most - theirs.held - mine;
      if was_alone then
        mine := ask.used;
      elsif ask.want <= mine then
        mine := ask.want;
      elsif spare > 0 and not is_blocked then
        spare := (spare + 1) / 2;
        if theirs.missing > 0 then
          spare := least(spare, (ask.most + theirs.sharers) / (theirs.sharers + 1) - mine);
        end if;
        mine := mine + greatest(spare, 0);
      end if;
      lacks := greatest(ask.missing - greatest(mine - before, 0), 0);
      if mine > 0 or lacks > 0 then
        insert into budget_share (budget, lease, held, missing) values (ask.key, me, mine, lacks)
          on conflict (budget, lease) do update set held = excluded.held, missing = excluded.missing;
      else
        delete from budget_share share where share.budget = ask.key and share.lease = me;
      end if;
      held := held || jsonb_build_object(ask.key, jsonb_build_array(mine, lacks));
    end loop;
    return jsonb_build_object('alone', false, 'others', others, 'held', held, 'missing', (
      select coalesce(jsonb_object_agg(one.budget, jsonb_build_array(one.missing, one.sharers)), '{}') from (
        select own.budget, sum(other.missing) as missing, count(*) + 1 as sharers from budget_share own
          join budget_share other on other.budget = own.budget and other.lease <> me
          where own.lease = me group by own.budget having sum(other.missing) > 0) one));
  end
$$`;
