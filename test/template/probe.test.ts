import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createProbeApp } from '../../lib/probe-stack.ts';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resourcesOf(): readonly Resource[] {
  const directory = mkdtempSync(join(tmpdir(), 'parley-probe-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const entry of ['authorize', 'connect', 'disconnect', 'default', 'http']) {
    mkdirSync(join(directory, entry));
    writeFileSync(join(directory, entry, 'index.mjs'), `export const handler = () => '${entry}';`);
  }
  const assembly = createProbeApp(directory, join(directory, 'cdk.out')).synth();
  const { Resources } = assembly.getStackByName('ParleyProbe').template;
  return Object.values(Resources as Record<string, Resource>);
}

test('the probe stack has the chat’s kinds of API, authorizer and edge, and leaves nothing behind', () => {
  const resources = resourcesOf();
  const count = (type: string) => resources.filter(({ Type }) => Type === type).length;
  expect(count('AWS::ApiGatewayV2::Api')).toBe(2);
  expect(count('AWS::ApiGatewayV2::Authorizer')).toBe(1);
  expect(count('AWS::CloudFront::Distribution')).toBe(1);
  const routes = resources.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  expect(routes.map(({ Properties }) => Properties?.['RouteKey']).sort()).toEqual(
    ['$connect', '$default', '$disconnect', 'ANY /api/{proxy+}', 'delete', 'edit', 'send'].sort(),
  );
  const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
  expect(kept).toEqual([]);
});
