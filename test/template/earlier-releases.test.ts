import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { recordedContext, recordedReleases, recordedTemplate } from '../fixtures/release-code.ts';
import { replacingProperties, type WrittenResource } from './resource-schemas.ts';
import { temporaryOptions } from './synthesize.ts';

type Resources = Readonly<Record<string, WrittenResource>>;
type Upgrade = { readonly before: Resources; readonly after: Resources };

/** A replaced resource of these types loses what it stores, closes sockets, changes the address, or drops events. */
const lastingTypes = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudFront::Distribution',
  'AWS::SQS::Queue',
  'AWS::Lambda::Function',
];

/** Properties that Cognito refuses to change (AWS: "Updating user pools"). The schema does not name them. */
const fixedProperties = ['UsernameAttributes', 'AliasAttributes', 'UsernameConfiguration'];

/** Returns why a deploy would replace or delete a lasting resource of the earlier stack. */
function lostResources({ before, after }: Upgrade): readonly string[] {
  return Object.entries(before).flatMap(([id, { Type, Properties = {} }]) => {
    const next = after[id];
    if (!lastingTypes.includes(Type)) return [];
    if (next?.Type !== Type) return [`${id} (${Type}) is deleted`];
    return [...replacingProperties(Type), ...fixedProperties]
      .filter((name) => !isDeepStrictEqual(Properties[name], next.Properties?.[name]))
      .map((name) => `${id} (${Type}) has another ${name}`);
  });
}

/** A table has these indexes during the whole deploy. DynamoDB creates and deletes one index at a time. */
function lostIndexes({ before, after }: Upgrade): readonly string[] {
  const indexesOf = (resource: WrittenResource | undefined) =>
    (resource?.Properties?.['GlobalSecondaryIndexes'] ?? []) as readonly unknown[];
  return Object.entries(before).flatMap(([id, table]) =>
    indexesOf(table)
      .filter((index) => !indexesOf(after[id]).some((next) => isDeepStrictEqual(index, next)))
      .map((index) => `${id} loses the index ${JSON.stringify(index)}`),
  );
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** Returns each action of a policy with each of its resources. */
function grantsOf(policy: WrittenResource | undefined): readonly string[] {
  const document = policy?.Properties?.['PolicyDocument'] as { Statement?: readonly Statement[] } | undefined;
  return (document?.Statement ?? []).flatMap(({ Action, Resource }) =>
    [Resource]
      .flat()
      .flatMap((resource) => [Action].flat().map((each) => `${each} ${JSON.stringify(resource)}`)),
  );
}

/** CloudFormation updates a role before its function, so the earlier code runs with the grants of the new release. */
function lostGrants({ before, after }: Upgrade): readonly string[] {
  return Object.entries(before)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
    .flatMap(([id, policy]) => {
      const granted = new Set(grantsOf(after[id]));
      return grantsOf(policy).flatMap((grant) => (granted.has(grant) ? [] : `${id} loses ${grant}`));
    });
}

/**
 * Lambda changes code and variables in two calls, so the earlier code may run with the variables of the new release.
 */
function lostVariables({ before, after }: Upgrade): readonly string[] {
  const namesOf = (resource: WrittenResource | undefined) => {
    const environment = resource?.Properties?.['Environment'] as { Variables?: object } | undefined;
    return Object.keys(environment?.Variables ?? {});
  };
  return Object.entries(before).flatMap(([id, resource]) => {
    const kept = namesOf(after[id]);
    return namesOf(resource).flatMap((name) => (kept.includes(name) ? [] : `${id} loses ${name}`));
  });
}

function currentResources(): Resources {
  const app = createApp({ ...temporaryOptions(), context: recordedContext });
  return app.synth().getStackByName('Parley').template.Resources;
}

describe.each(recordedReleases)('an upgrade from release %s', (release) => {
  const { Resources: before } = recordedTemplate(release) as { Resources: Resources };

  test('keeps what stores data, has an address or gets events', () => {
    const after = currentResources();
    expect(lostResources({ before, after })).toEqual([]);
    expect(lostIndexes({ before, after })).toEqual([]);
  });

  test('keeps the grants and variables that the earlier code may need until it is replaced', () => {
    const after = currentResources();
    expect(lostGrants({ before, after })).toEqual([]);
    expect(lostVariables({ before, after })).toEqual([]);
  });
});

describe('the check finds', () => {
  const table = (keys: readonly string[], indexes: readonly string[] = []): Resources => ({
    T: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: keys, GlobalSecondaryIndexes: indexes } },
  });
  const policy = (...actions: string[]): Resources => ({
    P: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyDocument: { Statement: [{ Action: actions, Resource: '*' }] } },
    },
  });
  const entry = (variables: object): Resources => ({
    F: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: variables } } },
  });

  test('a renamed table, another key and a removed index', () => {
    const before = table(['room'], ['by-user']);
    expect(lostResources({ before, after: {} })).toEqual(['T (AWS::DynamoDB::Table) is deleted']);
    expect(lostResources({ before, after: table(['user']) })).toEqual([
      'T (AWS::DynamoDB::Table) has another KeySchema',
    ]);
    expect(lostIndexes({ before, after: table(['room']) })).toEqual(['T loses the index "by-user"']);
  });

  test('a removed grant and a removed variable', () => {
    expect(lostGrants({ before: policy('a', 'b'), after: policy('b') })).toEqual(['P loses a "*"']);
    expect(lostVariables({ before: entry({ A: '1', B: '2' }), after: entry({ B: '3' }) })).toEqual([
      'F loses A',
    ]);
  });
});
