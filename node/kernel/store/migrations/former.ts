/**
 * The past before migrations were frozen: texts that landed and were changed later, each with what makes of it what the present
 * text does; and 3 to 7, 12 to 15, 17, 20 and 21, which were put in before others that had been applied. Nothing is added here.
 */
import type { Past } from '../migrate.ts'

const REMINDERS = 'CREATE TABLE reminders_told (id TEXT PRIMARY KEY, at INTEGER NOT NULL);'
const HEALTH = `
CREATE TABLE partner_samples (
  partner TEXT NOT NULL,
  step INTEGER NOT NULL,
  at INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  connected INTEGER NOT NULL,
  breaker_open INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  trip_sum REAL NOT NULL,
  trip_most REAL NOT NULL,
  waiting INTEGER NOT NULL,
  oldest INTEGER NOT NULL,
  materials INTEGER NOT NULL,
  ahead INTEGER,
  certificate_days INTEGER,
  delegation_days INTEGER,
  seen_at INTEGER,
  PRIMARY KEY (partner, step, at)
);
CREATE INDEX partner_samples_age ON partner_samples (step, at);
${REMINDERS}`
const TESTS = `
CREATE TABLE partner_tests (
  no INTEGER PRIMARY KEY,
  partner TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  thread BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
  hops TEXT NOT NULL,
  material BLOB,
  begun_at INTEGER NOT NULL,
  pinged_at INTEGER,
  ended_at INTEGER
);
CREATE INDEX partner_tests_partner ON partner_tests (partner, direction, no);
CREATE INDEX partner_tests_running ON partner_tests (state);`
const SAMPLES = `
CREATE TABLE samples (
  city TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  type TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (city, sha256)
) WITHOUT ROWID;`
const ORGANISATIONS = `
CREATE TABLE organisations (
  city TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  draft INTEGER NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (city, sha256)
);
CREATE INDEX organisations_hash ON organisations (sha256);`
const NOTICE = `
ALTER TABLE agreements ADD COLUMN pending_at INTEGER;
ALTER TABLE agreements ADD COLUMN pending_from TEXT;
ALTER TABLE agreements ADD COLUMN notice_days INTEGER NOT NULL DEFAULT 0;`

export const PAST: Past = {
  inOrderFrom: 22,
  former: [
    // Whole lists in one row, and counters in the store: lists are published, and fetched, anew.
    {
      version: 1,
      checksum: '41aac339c3f6edb6dcb87b0ca2d3128159e1dbe1727c7e418401b3a1753ab4f7',
      bridge: 'DROP TABLE lists; DROP TABLE counters;',
    },
    {
      version: 1,
      checksum: '53e2508c35dcfc618be16d8bf4165e6ef92d1099258dccf6cd61f156e7943d98',
      bridge: 'DROP TABLE lists;',
    },
    {
      version: 4,
      checksum: '99d3da96d177ece3904dee9211f0f5ae020a0a6f5aace7a3cecbb4e0ef9a9972',
      bridge: ORGANISATIONS + SAMPLES,
    },
    { version: 4, checksum: '5fd13c86b27169992f98aff53f444b98be9329c584379fcff199b68d80f9fae1', bridge: SAMPLES },
    {
      version: 6,
      checksum: '695690aeb891d3cd2b716ab0807cf7ed666cf51dbebead41ec5bf766cb51f512',
      bridge: `${NOTICE} CREATE INDEX cases_agreement ON cases (agreement) WHERE state NOT IN ('closed', 'refused');`,
    },
    { version: 6, checksum: 'c388aed33d9788c7499327b45ffbd0d0d2b7e80ced403e3d24082a2d53eb4721', bridge: NOTICE },
    {
      version: 7,
      checksum: 'dc162ad97cafa22f7d7262c932b15c3112544c1b3b3afd0f27211e6e956af7a5',
      bridge: `
CREATE TABLE operators (
  thumbprint TEXT PRIMARY KEY,
  trusted_at INTEGER NOT NULL
);
CREATE TABLE directories (
  operator TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  jws TEXT NOT NULL,
  source TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  fork TEXT
);`,
    },
    {
      version: 8,
      checksum: '1ee4e445eae6de1a2a415f28da8a5d11502f97bbaffd6630bc62f707b7079d44',
      bridge: TESTS + HEALTH,
    },
    { version: 8, checksum: 'faa425aa9290003e8ea6b1699c393ff16e64a7abe005cce17cf4d6c44f4e4b69', bridge: HEALTH },
    { version: 8, checksum: '85083216f9a6440b8a52d0da0f51bdc06f010b332e0dab89a1338b019b47faad', bridge: REMINDERS },
    {
      version: 16,
      checksum: 'e802ce1e066ee3c66f1c895bfe4db86accc00a6642479f9cbe05de1b23f14571',
      bridge: 'ALTER TABLE packet_materials ADD COLUMN given_at INTEGER;',
    },
    {
      version: 20,
      checksum: 'a8449f294d77ca6ee831c3243447cce07b2ca2fe2a16798f89da5bffb22d3064',
      bridge: `DROP INDEX cases_own;
CREATE INDEX cases_own ON cases (turn, coalesce(own_due, '9999-12-31'), thread_no) WHERE turn IS NOT NULL;`,
    },
    {
      version: 21,
      checksum: '31e9f3c0a89d8a439890e5fcf4fa14b8e61bfdc38b263a4fcdcedcbe5ffc466d',
      bridge: 'CREATE TABLE told_calendars (city TEXT PRIMARY KEY, body TEXT NOT NULL, told_at INTEGER NOT NULL);',
    },
  ],
}
