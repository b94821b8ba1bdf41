import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { commandLine, runCommand } from './command.ts';
import { allowOrigins, protectTable, raiseNumbers } from './restored.ts';

const usage = `Write \`${commandLine('restore')} <restored table> --time <time of the restore> [--from <old table>] [--bucket <files bucket> --origin <URL of the edge> …]\`.`;

const restoreError = (why: string) => new Error(`Could not read the arguments: ${why}. ${usage}`);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      time: { type: 'string' },
      from: { type: 'string' },
      bucket: { type: 'string' },
      origin: { type: 'string', multiple: true, default: [] },
    },
  });
  const [table, ...others] = positionals;
  const { from, bucket, origin: origins } = values;
  if (table === undefined || others.length > 0) throw restoreError('name one table');
  if (table === from) throw restoreError('the restored table is the old one');
  const time = Date.parse(values.time ?? '');
  if (Number.isNaN(time)) throw restoreError('the time is missing or has no form like 2026-01-31T12:00:00Z');
  if (time > Date.now()) throw restoreError('the time is in the future');
  if ((bucket === undefined) !== (origins.length === 0)) throw restoreError('--bucket needs --origin');
  return { table, time, from, bucket, origins };
}

await runCommand(usage, async () => {
  const { table, time, from, bucket, origins } = readArguments();
  const client = new DynamoDBClient({});
  await protectTable(client, table);
  console.log(`${table} has TTL, point-in-time recovery and deletion protection.`);
  const count = await raiseNumbers(client, { table, time, from, now: Date.now() });
  console.log(`${count} rooms continue above all earlier numbers.`);
  if (bucket !== undefined) {
    await allowOrigins(new S3Client({}), bucket, origins);
    console.log(`${bucket} accepts pages of ${origins.join(', ')}.`);
  }
});
