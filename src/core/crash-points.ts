/**
 * Where the daemon can be made to die, to prove that dying there loses nothing. `SITEWARD_CRASH_AT=<point>[:n]` kills
 * the process with SIGKILL when it comes to that point for the n-th time. Without the variable none of it does anything.
 */

/** In the order in which a daemon comes to them first. */
export const CRASH_POINTS = [
  'start/configured',
  'start/locked',
  'migrate/begin',
  'create table "verdicts"',
  'create table "incidents"',
  'create table "transitions"',
  'create table "deliveries"',
  'alter table "deliveries"',
  'create table "suppressions"',
  'create table "silences"',
  'create table "facts"',
  'create table "audit"',
  'alter table "incidents"',
  'insert into "kysely_migration"',
  'migrate/end',
  'start/store-opened',
  'start/withdrawn',
  'start/listening',
  'insert into "facts"',
  'announce/begin',
  'announce/end',
  'start/watching',
  'look/begin',
  'baseline/noted',
  'evidence/begin',
  'evidence/end',
  'record/begin',
  'record/transaction',
  'update "verdicts"',
  'insert into "verdicts"',
  'insert into "incidents"',
  'insert into "transitions"',
  'insert into "audit"',
  'insert into "deliveries"',
  'record/committing',
  'record/committed',
  'look/end',
  'deliver/begin',
  'deliver/unheard-told',
  'deliver/due-read',
  'send/begin',
  'send/connecting',
  'send/connected',
  'send/accepted',
  'send/refused',
  'settle/begin',
  'update "deliveries"',
  'settle/end',
  'failure/noted',
  'time/begin',
  'time/end',
  'pulse/begin',
  'pulse/end',
  'prune/begin',
  'delete from "verdicts"',
  'delete from "incidents"',
  'prune/end',
  'stop/begin',
  'stop/looks-ended',
  'stop/chores-ended',
  'stop/announced',
  'stop/delivered',
  'stop/web-closed',
  'stop/store-closing',
  'stop/store-closed',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Called at every point; returns, unless this is the point to die at. */
export type Crash = (point: CrashPoint) => void;

export const noCrash: Crash = () => undefined;

/**
 * @param wanted the variable's text; undefined or empty: never die
 * @param die must not return
 * Throws a RangeError that says what is wrong with the text.
 */
export function crashAt(wanted: string | undefined, die: () => void): Crash {
  if (!wanted) return noCrash;
  const [, name = '', times = '1'] = /^(.*?)(?::([1-9]\d{0,6}))?$/s.exec(wanted) ?? [];
  if (!CRASH_POINTS.some((point) => point === name)) {
    throw new RangeError('SITEWARD_CRASH_AT names no crash point; they are listed in src/core/crash-points.ts.');
  }
  let left = Number(times);
  return (point) => {
    if (point === name && --left === 0) die();
  };
}

/** The point after this statement, if it is one: `insert into "verdicts"`. */
export function pointAfter(sql: string): CrashPoint | null {
  const [begin] = /^(insert into|update|delete from|create table|alter table) "[a-z_]+"/.exec(sql) ?? [];
  return CRASH_POINTS.find((point) => point === begin) ?? null;
}
