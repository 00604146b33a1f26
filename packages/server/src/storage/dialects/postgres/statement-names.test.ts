import { expect, it } from 'vitest';
import { StatementNames } from './statement-names.ts';

const nameOf = (sql: string): string | undefined => {
  const names = new StatementNames();
  names.of(sql);
  return names.of(sql);
};

it.each([
  'select * from "function"',
  'select "f".* from "function" as "f"',
  'select "f".*, "v"."number" from "function" as "f"',
  'select "v"."number", "f".* from "function" as "f"',
  'insert into "function" ("id") values ($1) returning *',
  'with "made" as (insert into "function" ("id") values ($1) returning *) select "id" from "made"',
])('what returns all columns of a table has no name: %s', (sql) => {
  expect(nameOf(sql)).toBeUndefined();
});

it.each([
  'select "id" from "function"',
  'select count(*) as "count" from "function"',
  'select count(*), max("id") from "function"',
  'select "size" * $1 from "function"',
  'with known as (select "id" from "function") select * from known',
])('what returns named columns has a name from its second use on: %s', (sql) => {
  expect(nameOf(sql)).toBe('s1');
});
