import { account, bucketArn, localArn } from './account.ts';
import { conditionHolds, type References, resolveText } from './intrinsics.ts';
import { property } from './object.ts';
import type { Resource, Template } from './template.ts';

/** A template whose references can be resolved. All readers of resources use it. */
export interface Scope extends References {
  readonly template: Template;
  /** Returns the resources of these types, by logical id, without those whose condition does not hold. */
  ofType(...types: readonly string[]): ReadonlyMap<string, Resource>;
  /** Returns the resource's local name, which is readable and the same after each reload. */
  physicalName(logicalId: string): string;
}

type Attributes = (name: string) => Readonly<Record<string, string>>;

const nameOnly: Attributes = (name) => ({ '': name });
const tableAttributes: Attributes = (name) => ({ '': name, Arn: localArn('dynamodb', `table/${name}`) });

/** The values of `Ref` (under "") and of `Fn::GetAtt` (under the attribute's name), by resource type. */
const attributes: Readonly<Record<string, Attributes>> = {
  'AWS::DynamoDB::Table': tableAttributes,
  'AWS::DynamoDB::GlobalTable': tableAttributes,
  'AWS::Lambda::Function': (name) => ({ '': name, Arn: localArn('lambda', `function:${name}`) }),
  'AWS::Lambda::Permission': (name) => ({ '': name, Id: name }),
  'AWS::Lambda::LayerVersion': (name) => ({ '': localArn('lambda', `layer:${name}:1`) }),
  'AWS::Lambda::EventInvokeConfig': nameOnly,
  'AWS::IAM::Role': (name) => ({ '': name, Arn: localArn('iam', `role/${name}`) }),
  'AWS::IAM::Policy': nameOnly,
  'AWS::IAM::ManagedPolicy': (name) => ({
    '': localArn('iam', `policy/${name}`),
    PolicyArn: localArn('iam', `policy/${name}`),
  }),
  'AWS::ApiGatewayV2::Api': (name) => ({
    '': name,
    ApiId: name,
    ApiEndpoint: `wss://${name}.execute-api.${account.region}.${account.urlSuffix}`,
  }),
  'AWS::ApiGatewayV2::Stage': nameOnly,
  'AWS::ApiGatewayV2::Route': (name) => ({ '': name, RouteId: name }),
  'AWS::ApiGatewayV2::Integration': (name) => ({ '': name, IntegrationId: name }),
  'AWS::ApiGatewayV2::Authorizer': (name) => ({ '': name, AuthorizerId: name }),
  'AWS::ApiGatewayV2::Deployment': (name) => ({ '': name, DeploymentId: name }),
  'AWS::Logs::LogGroup': (name) => ({ '': name, Arn: localArn('logs', `log-group:${name}:*`) }),
  'AWS::Cognito::UserPool': (name) => {
    const id = `${account.region}_${name}`;
    return { '': id, UserPoolId: id, Arn: localArn('cognito-idp', `userpool/${id}`) };
  },
  'AWS::Cognito::UserPoolClient': (name) => ({ '': name.toLowerCase(), ClientId: name.toLowerCase() }),
  'AWS::S3::Bucket': (name) => ({
    '': name,
    Arn: bucketArn(name),
    DomainName: `${name}.s3.${account.urlSuffix}`,
    RegionalDomainName: `${name}.s3.${account.region}.${account.urlSuffix}`,
  }),
  'AWS::S3::BucketPolicy': nameOnly,
  'Custom::CDKBucketDeployment': nameOnly,
  'AWS::CloudFront::Distribution': (name) => ({
    '': name,
    Id: name,
    DomainName: `${name.toLowerCase()}.cloudfront.net`,
  }),
  'AWS::CloudFront::Function': (name) => ({
    '': name,
    FunctionARN: `arn:${account.partition}:cloudfront::${account.id}:function/${name}`,
  }),
  'AWS::CloudFront::OriginAccessControl': (name) => ({ '': name, Id: name }),
  'AWS::CloudFront::ResponseHeadersPolicy': (name) => ({ '': name, Id: name }),
  // The local stack runs queues only as failure destinations. See lambda/failure-queues.ts.
  'AWS::SQS::Queue': (name) => ({
    '': `https://sqs.${account.region}.${account.urlSuffix}/${account.id}/${name}`,
    QueueName: name,
    Arn: localArn('sqs', name),
  }),
  'AWS::SQS::QueuePolicy': nameOnly,
};

/** Types that need no local counterpart. */
const ignoredTypes: ReadonlySet<string> = new Set(['AWS::CDK::Metadata']);

/** The property in which a template may set the name. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
};

/** An API's id and a bucket's name are parts of host names, so AWS writes them in lower case. */
const lowerCaseTypes: ReadonlySet<string> = new Set(['AWS::ApiGatewayV2::Api', 'AWS::S3::Bucket']);

/** Opens a template, so that its references can be resolved. */
export function openScope(template: Template): Scope {
  const names = new Map<string, string>();
  const scope: Scope = {
    template,
    ref: (name) => pseudoParameter(name, template) ?? parameter(name, template) ?? scope.attribute(name, ''),
    attribute(logicalId, attribute) {
      const resource = template.resources.get(logicalId);
      return attributes[resource?.type ?? '']?.(scope.physicalName(logicalId))[attribute];
    },
    condition: (name) => template.conditions[name],
    mapping: (name) => template.mappings[name],
    ofType: (...types) =>
      new Map(
        [...template.resources].filter(
          ([id, { type, condition }]) =>
            types.includes(type) && (condition === null || conditionHolds(condition, scope, id)),
        ),
      ),
    physicalName(logicalId) {
      const name = names.get(logicalId) ?? chooseName(logicalId, scope);
      names.set(logicalId, name);
      return name;
    },
  };
  return scope;
}

/** Returns the types of the template's resources that the local stack does not simulate. */
export function unsupportedTypes(template: Template): readonly string[] {
  const types = new Set([...template.resources.values()].map((resource) => resource.type));
  return [...types].filter((type) => attributes[type] === undefined && !ignoredTypes.has(type)).sort();
}

function chooseName(logicalId: string, scope: Scope): string {
  const resource = scope.template.resources.get(logicalId);
  const property = nameProperties[resource?.type ?? ''];
  const explicit = property === undefined ? undefined : resource?.properties[property];
  if (explicit !== undefined) return resolveText(explicit, scope, `${logicalId}.${property}`);
  const name = withoutHash(logicalId, scope.template);
  return lowerCaseTypes.has(resource?.type ?? '') ? name.toLowerCase() : name;
}

/** Removes the eight hex digits that the CDK appends to logical ids, if the result is still unique. */
function withoutHash(logicalId: string, template: Template): string {
  const cut = (id: string) => id.replace(/[0-9A-F]{8}$/, '');
  const short = cut(logicalId);
  const type = template.resources.get(logicalId)?.type;
  const ambiguous = [...template.resources].some(
    ([id, resource]) => id !== logicalId && resource.type === type && cut(id) === short,
  );
  return ambiguous || short === '' ? logicalId : short;
}

function pseudoParameter(name: string, template: Template): string | undefined {
  const values: Readonly<Record<string, string>> = {
    'AWS::Region': account.region,
    'AWS::AccountId': account.id,
    'AWS::Partition': account.partition,
    'AWS::URLSuffix': account.urlSuffix,
    'AWS::StackName': template.stackName,
    'AWS::StackId': localArn('cloudformation', `stack/${template.stackName}/local`),
  };
  return values[name];
}

function parameter(name: string, template: Template): unknown {
  return property(template.parameters, name, 'Default');
}
