const account = '123456789012';

/** Valid values of all settings of lib/account-settings.ts. Those of one entry belong together. */
export const accountContexts = {
  domainName: {
    domainName: 'chat.example.com',
    certificateArn: `arn:aws:acm:us-east-1:${account}:certificate/12345678-1234-1234-1234-123456789012`,
    hostedZone: 'Z0123456789ABCDEFGHIJ',
  },
  webAclArn: {
    webAclArn: `arn:aws:wafv2:us-east-1:${account}:global/webacl/chat/12345678-1234-1234-1234-123456789012`,
  },
  encryptionKeyArn: {
    encryptionKeyArn: `arn:aws:kms:eu-west-1:${account}:key/12345678-1234-1234-1234-123456789012`,
    accessLogs: 'true',
  },
  priceClass: { priceClass: '100' },
  logLevel: { logLevel: 'debug' },
  deletionProtection: { deletionProtection: 'true' },
  chatTableName: { chatTableName: 'Chat-restored' },
  filesBucketName: { filesBucketName: 'parley-files-1234' },
  userPoolId: { userPoolId: 'eu-west-1_AbCdEfGhI' },
} as const satisfies Record<string, Record<string, string>>;

/** All of them at once. */
export const wholeContext: Record<string, string> = Object.assign({}, ...Object.values(accountContexts));
