/**
 * Roles by the table of rights: those of before as the roles that together may do the same. `departments` and `windows`: JSON arrays; null
 * for every one, as all accounts had it. `contact`: staff number and phone, sealed; `staff_key`: a keyed hash of the staff number, by
 * which two accounts of one person are known.
 */
export const rights = {
  version: 47,
  name: 'rights',
  sql: `
UPDATE people SET roles = replace(replace(replace(roles,
  ',administrator,', ',audit-administrator,business-administrator,security-administrator,system-administrator,'),
  ',auditor,', ',audit-administrator,'),
  ',clerk,', ',examiner,leader,window-clerk,window-lead,');
ALTER TABLE people ADD COLUMN departments TEXT;
ALTER TABLE people ADD COLUMN windows TEXT;
ALTER TABLE people ADD COLUMN contact BLOB;
ALTER TABLE people ADD COLUMN staff_key BLOB;
CREATE INDEX people_staff ON people (staff_key) WHERE staff_key IS NOT NULL;
`,
} as const
