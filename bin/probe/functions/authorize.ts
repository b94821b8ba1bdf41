interface AuthorizerEvent {
  readonly methodArn: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
}

/** Values for which AWS does not document how API Gateway forwards them. */
const context = { plain: 'plain', empty: '', number: 1, flag: true, accents: 'café', emoji: '👍' };

/** Allows the handshake, unless the query parameter `probe` names another end. */
export async function handler({ methodArn, queryStringParameters }: AuthorizerEvent) {
  const probe = queryStringParameters?.['probe'];
  if (probe === 'unauthorized') throw new Error('Unauthorized');
  if (probe === 'fault')
    throw new Error(
      'Probe failed on purpose: the question asks how the API answers a failure. Ignore this error.',
    );
  const Effect = probe === 'deny' ? 'Deny' : 'Allow';
  const Resource = methodArn.replace(/\/[^/]*$/, '/*');
  return {
    principalId: probe === 'principal' ? 'café' : 'probe',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
    },
    // Kept apart, so that a handshake fails for one of these values only.
    context: probe === 'principal' ? {} : context,
  };
}
