import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** The version of an installed package. */
function installed(name: string): string {
  const { version } = JSON.parse(
    readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  ) as { version: string };
  return version;
}

/** The machine and the versions, as they are when this is called. */
export function machineFacts(now: Date): readonly string[] {
  const [first] = cpus();
  const [load = 0] = loadavg();
  return [
    `${now.toISOString().slice(0, 10)}, ${type()} ${release()}, ${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Load of the machine before the run: ${load.toFixed(1)} (over its last minute)`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}, ws ${installed('ws')}, dynalite ${installed('dynalite')}, @aws-sdk/client-dynamodb ${installed('@aws-sdk/client-dynamodb')}`,
  ];
}
