#!/usr/bin/env node
/** Writes what is made from the code: the JSON Schemas in config/ and the reference pages in docs/. Run after a build. */
import { writeFile } from 'node:fs/promises';
import { CHECKS } from '../dist/checks/index.js';
import { findingsReference } from '../dist/cli/findings-reference.js';
import { configurationReference } from '../dist/config/reference.js';
import { writeSchemas } from '../dist/config/schemas.js';
import { NOTIFIERS } from '../dist/notify/index.js';

await writeSchemas('config', CHECKS, NOTIFIERS);
await writeFile('docs/configuration.md', configurationReference(CHECKS, NOTIFIERS));
await writeFile('docs/findings.md', findingsReference(CHECKS));
