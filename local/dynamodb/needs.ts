import { localArn } from '../account.ts';
import { isObject } from '../object.ts';

/** What a caller must be allowed to do for a call: an IAM action on a resource. */
export interface Need {
  readonly action: string;
  readonly resource: string;
}

/** AWS: "Actions, resources, and condition keys for Amazon DynamoDB": what a transaction's parts need. */
const transactActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  Get: 'dynamodb:GetItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

/** Every action and resource that a DynamoDB call touches; `input` is its body. */
export function needsOf(operation: string, input: Readonly<Record<string, unknown>>): readonly Need[] {
  const action = `dynamodb:${operation}`;
  if (isObject(input['RequestItems'])) {
    return Object.keys(input['RequestItems']).map((table) => ({ action, resource: tableArn(table) }));
  }
  const parts = input['TransactItems'];
  if (Array.isArray(parts)) return parts.flatMap(transactNeeds);
  const table = input['TableName'];
  if (typeof table !== 'string') return [{ action, resource: '*' }];
  const index = input['IndexName'];
  const suffix = typeof index === 'string' ? `/index/${index}` : '';
  return [{ action, resource: tableArn(table) + suffix }];
}

function transactNeeds(part: unknown): readonly Need[] {
  if (!isObject(part)) return [];
  return Object.entries(part).map(([kind, request]) => {
    const table = isObject(request) ? request['TableName'] : undefined;
    return { action: transactActions[kind] ?? `dynamodb:${kind}`, resource: tableArn(String(table)) };
  });
}

/** A call may name a table by its ARN too. */
function tableArn(table: string): string {
  return table.startsWith('arn:') ? table : localArn('dynamodb', `table/${table}`);
}
