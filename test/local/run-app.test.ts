import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { provideSdk } from '../../bin/run-app.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './mini-assembly.ts';

afterAll(removeTemporaryDirectories);

test('lets functions import the SDK clients of the team’s project, and Parley’s for those that it lacks', () => {
  const project = temporaryDirectory();
  const ofProject = (name: string) => join(project, 'node_modules/@aws-sdk', name);
  for (const name of ['client-sqs', 'client-dynamodb']) mkdirSync(ofProject(name), { recursive: true });
  const assemblies = temporaryDirectory();
  provideSdk(assemblies, join(project, 'app'));
  const provided = (name: string) => realpathSync(join(assemblies, 'node_modules/@aws-sdk', name));
  expect(provided('client-sqs')).toBe(realpathSync(ofProject('client-sqs')));
  expect(provided('client-dynamodb')).toBe(realpathSync(ofProject('client-dynamodb')));
  const own = join(import.meta.dirname, '../../node_modules/@aws-sdk/client-s3');
  expect(provided('client-s3')).toBe(realpathSync(own));
});
