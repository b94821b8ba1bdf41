import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRecovery, UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeEach, describe, expect, test } from 'vitest';
import { featureFlags } from '../../lib/app.ts';
import { Chat } from '../../lib/chat.ts';
import { ChatAuth, type LambdaAuthOptions } from '../../lib/chat-auth.ts';
import type { BeforeSendHook } from '../../lib/chat-hooks.ts';
import type { ChatProps } from '../../lib/chat-props.ts';
import { temporaryOptions } from './synthesize.ts';

/** Creates an app without CloudFormation's own checks: checks.test.ts runs them, and they take most of a synthesis. */
const newApp = (): App =>
  new App({ context: featureFlags(), analyticsReporting: false, builtinCloudFormationValidation: false });

let code: ChatProps['code'] & object;

beforeEach(() => {
  ({ code } = temporaryOptions());
});

/** Returns the template of a team's stack. */
function stackWith(build: (stack: Stack) => void): Template {
  const stack = new Stack(newApp(), 'Team');
  build(stack);
  return Template.fromStack(stack);
}

const withChat = (props: ChatProps): Template =>
  stackWith((stack) => void new Chat(stack, 'Chat', { code, ...props }));

const variablesOf = (template: Template): Record<string, unknown>[] =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables)
    .filter((variables) => variables?.CHAT_TABLE !== undefined);

const functionOf = (stack: Stack, id: string): LambdaFunction =>
  new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('//'),
  });

const entryOf = (role: unknown): string => /"Chat(\w+)Role/.exec(JSON.stringify(role))?.[1] ?? '';

/**
 * Returns the entries of the chat that may invoke a function of the team, and the values of a variable by entry.
 * Expects that they are granted this function only.
 */
function useOf(template: Template, name: string, variable: string) {
  const functions = template.findResources('AWS::Lambda::Function');
  const id = Object.keys(functions).find((each) => each.startsWith(name)) ?? '';
  const arn = { 'Fn::GetAtt': [id, 'Arn'] };
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const granting = policies.filter(({ Properties }) => JSON.stringify(Properties).includes(id));
  const statements = granting.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const invoking = statements.filter((each) => JSON.stringify(each).includes(id));
  for (const { Action, Resource } of invoking) {
    expect(Action).toBe('lambda:InvokeFunction');
    expect([Resource].flat()).toContainEqual(arn);
  }
  expect(JSON.stringify(invoking)).not.toContain('*');
  const values = Object.values(functions).flatMap(({ Properties: { Role, Environment } }) => {
    const value: unknown = Environment?.Variables?.[variable];
    return value === undefined ? [] : [[entryOf(Role), value] as const];
  });
  return {
    arn,
    invokers: granting.map(({ Properties }) => entryOf(Properties.Roles)).sort(),
    variables: Object.fromEntries(values.sort()),
  };
}

describe('a chat in a stack of a team', () => {
  test('creates a user pool by default, and no outputs of its own', () => {
    const template = withChat({});
    template.resourceCountIs('AWS::Cognito::UserPool', 1);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 2);
    expect(template.findOutputs('*')).toEqual({});
  });

  test.each([
    [{ retentoin: Duration.days(30) }, 'Property "retentoin" is unknown'],
    [{ retentionDays: 30 }, 'Property "retentionDays" is unknown'],
    [{ hooks: { beforeSent: {} } }, 'Property "hooks.beforeSent" is unknown'],
    [{ rateLimits: { groups: null } }, 'Property "rateLimits.groups" is unknown'],
    [{ roomLimits: { invites: null } }, 'Property "roomLimits.invites" is unknown'],
    [{ code: { pages: '/page' } }, 'Property "code.pages" is unknown'],
  ])('refuses the unknown property in %j', (props, message) => {
    expect(() => withChat(props as ChatProps)).toThrow(message);
  });

  test('refuses an unknown option of a hook', () => {
    const withOption = () =>
      stackWith((stack) => {
        const beforeSend = { function: functionOf(stack, 'Check'), onFail: 'allow' };
        new Chat(stack, 'Chat', { code, hooks: { beforeSend } });
      });
    expect(withOption).toThrow('Property "hooks.beforeSend.onFail" is unknown');
  });

  describe('with a function of the team that verifies credentials', () => {
    const withFunction = (options?: LambdaAuthOptions) =>
      stackWith((stack) => {
        const read = functionOf(stack, 'ReadSession');
        new Chat(stack, 'Chat', { code, auth: ChatAuth.lambda(read, options) });
      });
    test('creates no user pool, and passes no issuer to the functions', () => {
      const template = withFunction();
      template.resourceCountIs('AWS::Cognito::UserPool', 0);
      template.resourceCountIs('AWS::Cognito::UserPoolClient', 0);
      for (const variables of variablesOf(template)) {
        expect(variables).not.toHaveProperty('ISSUER');
        expect(variables).not.toHaveProperty('USER_POOL_CLIENT');
      }
    });

    test('allows only the functions that verify credentials to invoke this function, and no other', () => {
      const { arn, invokers, variables } = useOf(withFunction(), 'ReadSession', 'AUTH_FUNCTION');
      expect(invokers).toEqual(['Authorize', 'Default', 'Http']);
      expect(variables).toEqual({ Authorize: arn, Default: arn, Http: arn });
    });

    test.each([
      [undefined, 'sessionid', '3000'],
      [{ cookieName: '__Host-shop', timeout: Duration.millis(1_500) }, '__Host-shop', '1500'],
    ])('passes on the options %j', (options, cookie, timeout) => {
      const all = variablesOf(withFunction(options));
      const values = (name: string) => all.map((variables) => variables[name]).filter(Boolean);
      expect(values('SESSION_COOKIE')).toEqual([cookie, cookie]);
      expect(values('AUTH_TIMEOUT_MS')).toEqual([timeout, timeout, timeout]);
    });

    test.each([
      [{ cookieName: '' }, 'Setting "auth.cookieName" is invalid'],
      [{ cookieName: 'a=b' }, 'Setting "auth.cookieName" is invalid'],
      [{ cookieName: 'a;b' }, 'Setting "auth.cookieName" is invalid'],
      [{ timeout: Duration.millis(999) }, 'Setting "auth.timeout" is invalid'],
      [{ timeout: Duration.seconds(11) }, 'Setting "auth.timeout" is invalid'],
    ])('refuses the options %j', (options, message) => {
      expect(() => withFunction(options)).toThrow(message);
    });
  });

  describe('with a function of the team that checks messages before they are stored', () => {
    const withHook = (options?: Omit<BeforeSendHook, 'function'>, props: ChatProps = {}) =>
      stackWith((stack) => {
        const check = functionOf(stack, 'Check');
        const beforeSend = options ? { function: check, ...options } : check;
        new Chat(stack, 'Chat', { code, ...props, hooks: { beforeSend } });
      });
    const entries = ['Default', 'Edit', 'Http', 'Send'];

    test('allows only the functions that store messages of users to invoke this function, and no other', () => {
      const { arn, invokers, variables } = useOf(withHook(), 'Check', 'BEFORE_SEND');
      expect(invokers).toEqual(entries);
      const [before, after] = ['{"function":"', '","timeoutMs":2000,"onFailure":"refuse"}'];
      const setting = { 'Fn::Join': ['', [before, arn, after]] };
      expect(variables).toEqual(Object.fromEntries(entries.map((entry) => [entry, setting])));
    });

    test('passes on its options', () => {
      const options = { timeout: Duration.millis(500), onFailure: 'allow' } as const;
      const { variables } = useOf(withHook(options), 'Check', 'BEFORE_SEND');
      expect(Object.keys(variables)).toEqual(entries);
      for (const value of Object.values(variables))
        expect(JSON.stringify(value)).toContain(
          JSON.stringify('","timeoutMs":500,"onFailure":"allow"}').slice(1, -1),
        );
    });

    test.each([
      [
        { timeout: Duration.millis(99) },
        'Setting "hooks.beforeSend.timeout" is invalid: it is not from 0.1 to 10 seconds.',
      ],
      [{ timeout: Duration.seconds(11) }, 'Setting "hooks.beforeSend.timeout" is invalid'],
      [{ onFailure: 'ignore' }, 'Setting "hooks.beforeSend.onFailure" is invalid'],
    ])('refuses the options %j', (options, message) => {
      expect(() => withHook(options as Omit<BeforeSendHook, 'function'>)).toThrow(message);
    });

    test('may be the function that also verifies credentials, and each use has a grant of its own', () => {
      const template = stackWith((stack) => {
        const both = functionOf(stack, 'Both');
        new Chat(stack, 'Chat', { code, auth: ChatAuth.lambda(both), hooks: { beforeSend: both } });
      });
      const { invokers } = useOf(template, 'Both', 'BEFORE_SEND');
      expect(invokers).toEqual(['Authorize', ...entries]);
    });

    test('changes nothing in a chat without it', () => {
      const plain = JSON.stringify(withChat({ hooks: {} }).toJSON());
      expect(plain).toBe(JSON.stringify(withChat({}).toJSON()));
      expect(plain).not.toContain('BEFORE_SEND');
    });
  });

  test('accepts tokens of the team’s user pool, with a new app client or the team’s own', () => {
    const withNewClient = stackWith((stack) => {
      new Chat(stack, 'Chat', { code, auth: ChatAuth.userPool(new UserPool(stack, 'Pool')) });
    });
    withNewClient.resourceCountIs('AWS::Cognito::UserPool', 1);
    withNewClient.resourceCountIs('AWS::Cognito::UserPoolClient', 1);
    const withOwnClient = stackWith((stack) => {
      const pool = new UserPool(stack, 'Pool');
      const client = new UserPoolClient(stack, 'Client', { userPool: pool });
      new Chat(stack, 'Chat', { code, auth: ChatAuth.userPool(pool, { client }) });
    });
    withOwnClient.resourceCountIs('AWS::Cognito::UserPoolClient', 1);
    const [client] = Object.keys(withOwnClient.findResources('AWS::Cognito::UserPoolClient'));
    const audiences = new Set(variablesOf(withOwnClient).map(({ AUDIENCE }) => JSON.stringify(AUDIENCE)));
    expect(audiences).toContain(JSON.stringify({ Ref: client }));
  });

  test.each([
    [
      'a pool with rules of its own',
      {},
      undefined,
      { reset: true, policy: { min_length: 9, characters: ['digit'] } },
    ],
    [
      'a pool without account recovery',
      { accountRecovery: AccountRecovery.NONE },
      undefined,
      { reset: false },
    ],
    ['a pool for which the team turns resets off', {}, false, { reset: false }],
  ])('tells the page how users sign in to %s', (_which, more, passwordReset, expected) => {
    const rules = { minLength: 9, requireDigits: true };
    const none = { requireLowercase: false, requireUppercase: false, requireSymbols: false };
    const template = stackWith((stack) => {
      const pool = new UserPool(stack, 'Pool', { passwordPolicy: { ...rules, ...none }, ...more });
      const auth = ChatAuth.userPool(pool, passwordReset === undefined ? {} : { passwordReset });
      new Chat(stack, 'Chat', { code, auth });
    });
    const [login] = variablesOf(template).flatMap(({ LOGIN }) => LOGIN ?? []);
    expect(JSON.parse(String(login)).password).toMatchObject(expected);
  });

  test('accepts tokens of another issuer', () => {
    const oidc = {
      issuer: 'https://id.example.com',
      audience: 'chat',
      jwksUri: 'https://id.example.com/keys',
    };
    const template = withChat({ auth: ChatAuth.oidc(oidc) });
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { ISSUER: oidc.issuer, AUDIENCE: oidc.audience, JWKS_URI: oidc.jwksUri },
      },
    });
  });

  test('can have an address without the page', () => {
    const template = withChat({ page: false });
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.resourceCountIs('Custom::CDKBucketDeployment', 0);
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    const config = distribution?.Properties.DistributionConfig;
    const apiOrigin = config.CacheBehaviors.find(
      ({ PathPattern }: { PathPattern: string }) => PathPattern === '/api/*',
    );
    expect(config.DefaultRootObject).toBeUndefined();
    const domains = Object.fromEntries(
      config.Origins.map(({ Id, DomainName }: { Id: string; DomainName: unknown }) => [Id, DomainName]),
    );
    expect(domains[config.DefaultCacheBehavior.TargetOriginId]).toEqual(domains[apiOrigin.TargetOriginId]);
    // The edge forwards no other path to a route of the API, such as /admin.
    const origin = config.Origins.find(
      ({ Id }: { Id: string }) => Id === config.DefaultCacheBehavior.TargetOriginId,
    );
    expect(origin.OriginPath).toBe('/no-page');
  });

  test('grants the admin API to a function of the team, and to no other', () => {
    const template = stackWith((stack) => {
      const chat = new Chat(stack, 'Chat', { code });
      const worker = new Role(stack, 'Worker', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      chat.grantAdmin(worker);
    });
    const [api] = Object.entries(template.findResources('AWS::ApiGatewayV2::Api')).flatMap(
      ([id, { Properties }]) => (Properties.ProtocolType === 'HTTP' ? [id] : []),
    );
    const grants = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(
        ({ Action }: { Action: unknown }) => Action === 'execute-api:Invoke',
      ).map(({ Resource }: { Resource: unknown }) => ({ Resource, Roles: Properties.Roles })),
    );
    const arn = ['arn:', 'AWS::Partition', ':execute-api:', 'AWS::Region', ':', 'AWS::AccountId', ':', api];
    const parts = arn.map((part) => (/^AWS::|^Chat/.test(String(part)) ? { Ref: part } : part));
    expect(grants).toEqual([
      {
        Roles: [{ Ref: expect.stringMatching(/^Worker/) }],
        Resource: { 'Fn::Join': ['', [...parts, '/*/*/admin/*']] },
      },
    ]);
  });

  test('uses keys and topics of the same app', () => {
    const template = stackWith((stack) => {
      const encryptionKey = new Key(stack, 'Key');
      new Chat(stack, 'Chat', { code, encryptionKey, alarms: { topic: new Topic(stack, 'Topic') } });
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { SSEEnabled: true } });
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: topic }] });
    template.resourceCountIs('AWS::SNS::Topic', 1);
  });

  test('has attributes and metrics for the rest of the app', () => {
    const stack = new Stack(newApp(), 'Team');
    const chat = new Chat(stack, 'Chat', { code });
    const host = expect.stringMatching(/^\$\{Token\[.+\]\}$/);
    expect(chat.url.replace('https://', '')).toEqual(host);
    expect(chat.adminUrl).toMatch(/^https:\/\/.+\/admin$/);
    expect(chat.socketUrl).toBe(`${chat.url.replace('https', 'wss')}/ws/chat`);
    expect(chat.userPool).toBeDefined();
    expect(chat.userPoolClient).toBeDefined();
    const name = String(chat.metricFaults().dimensions?.['Stack']);
    expect(name).toMatch(/^Team-Chat-/);
    expect(chat.metricFaults()).toMatchObject({
      namespace: 'Parley',
      metricName: 'Faults',
      dimensions: { Stack: name },
    });
    expect(chat.metricPostsFailed()).toMatchObject({ dimensions: { Stack: name } });
    const metricNames = new Set(variablesOf(Template.fromStack(stack)).map(({ STACK_NAME }) => STACK_NAME));
    expect([...metricNames]).toEqual([name]);
  });
});

describe('two chats', () => {
  /** Properties that must be unique in an account, by resource type. */
  const uniqueNames = {
    'AWS::S3::Bucket': 'BucketName',
    'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    'AWS::ApiGatewayV2::Api': 'Name',
    'AWS::CloudFront::Function': 'Name',
  };
  const namesIn = (template: Template): string[] =>
    Object.entries(uniqueNames).flatMap(([type, property]) =>
      Object.values(template.findResources(type))
        .filter(({ Properties }) => Properties?.[property] !== undefined)
        .map(({ Properties }) => `${type} ${JSON.stringify(Properties[property])}`),
    );
  const propsOf = (): ChatProps => ({ code, dashboard: true, alarms: { email: 'ops@example.com' } });

  test('in one stack have different names in the account', () => {
    const template = stackWith((stack) => {
      new Chat(stack, 'Support', propsOf());
      new Chat(stack, 'Team', propsOf());
    });
    const names = namesIn(template);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('in two stacks and Regions of one app have different names in the account', () => {
    const app = newApp();
    const stacks = ['eu-west-1', 'us-east-1'].map((region) => {
      const stack = new Stack(app, `Chat-${region}`, { env: { account: '123456789012', region } });
      new Chat(stack, 'Chat', propsOf());
      return stack;
    });
    const names = stacks.flatMap((stack) => namesIn(Template.fromStack(stack)));
    // The names of files buckets contain the id of the stack, which CloudFormation makes unique.
    const unique = names.filter((name) => !name.includes('parley-files'));
    expect(unique.filter((name, index) => unique.indexOf(name) !== index)).toEqual([]);
  });
});

test.each<[string, ChatProps, string]>([
  ['a rate', { rateLimits: { group: { messages: 0, seconds: 10 } } }, 'rateLimits.group'],
  ['a limit of rooms', { roomLimits: { create: { messages: 1, seconds: 90_000 } } }, 'roomLimits.create'],
  ['a throttle', { throttle: { rateLimit: 0.5, burstLimit: 1 } }, 'throttle'],
  ['a file size', { maxFileMegabytes: 5001 }, 'maxFileMegabytes'],
  ['a retention below a day', { retention: Duration.hours(12) }, 'retention'],
  [
    'a daily size below the file size',
    { maxFileMegabytes: 30, dailyFileMegabytes: 20 },
    'dailyFileMegabytes',
  ],
  ['an origin with a path', { allowedOrigins: ['https://a.example.com/chat'] }, 'allowedOrigins'],
  ['a quota', { requestQuota: 0 }, 'requestQuota'],
  [
    'rooms by admins, and direct rooms on demand',
    { createRooms: 'admins', directRooms: 'on-demand' },
    'createRooms',
  ],
  ...['directRooms', 'createRooms', 'directory', 'logLevel', 'awsClient'].map(
    (name): [string, ChatProps, string] => [`an unknown ${name}`, { [name]: 'all' }, name],
  ),
])('refuses %s that cannot work', (_what, props, name) => {
  expect(() => withChat(props)).toThrow(`Setting "${name}" is invalid`);
});
