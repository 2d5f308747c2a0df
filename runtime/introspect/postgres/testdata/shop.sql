CREATE DOMAIN email_address AS text NOT NULL;
CREATE DOMAIN price AS numeric(12,2);
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TYPE pair AS (a int, b int);
CREATE TABLE members (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email email_address, full_name varchar(80), phone text, plan_name text, amount price, raw numeric, huge numeric(70,30), huger numeric(100,60),
  mood mood, moods mood[], pair pair, tags text[], born date, at time, atz timetz, made timestamp, updated_at timestamptz NOT NULL DEFAULT now(), ok boolean, doc jsonb, file bytea, uid uuid, span interval, during tstzrange, net inet, place point, "氏名" text, "Select" int, "select" int, real real, cash money, prices price[]
);
COMMENT ON TABLE members IS 'Everybody who "ever" signed up' ;
COMMENT ON COLUMN members.full_name IS E'As on the card\nsecond line */ // \\ end';
CREATE TABLE lines (b int, a int, qty smallint NOT NULL, PRIMARY KEY (a, b));
CREATE TABLE events (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW active AS SELECT id, email FROM members;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM members;
CREATE SCHEMA "Billing"; CREATE TABLE "Billing"."Invoice Lines" (id int PRIMARY KEY, iban text);
CREATE TABLE nothing ();
CREATE SCHEMA secret; CREATE TABLE secret.hidden (id int);
