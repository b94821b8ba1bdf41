import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../functions/domain/message.ts';
import { putMessage } from '../../functions/store/log.ts';
import { takeNumbers } from '../support/numbers.ts';
import { openBrowser } from '../support/browser.ts';
import { arrive, type Person } from '../support/person.ts';
import { databaseOf, newRoom } from '../support/rooms.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
