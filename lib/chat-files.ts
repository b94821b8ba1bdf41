import { Duration, Fn, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import { isWholeStack } from './chat-name.ts';
import { type FileAction, filesCors } from './entries.ts';
import { retainedBucket } from './retained-bucket.ts';

export interface ChatFilesProps {
  /** Origins whose pages may use signed URLs. */
  readonly allowedOrigins: readonly string[];
  /** The bucket of an earlier stack, whose rules stay as they are. Null to create one. */
  readonly filesBucket: IBucket | null;
  /** Null if S3's own key encrypts the files. */
  readonly encryptionKey: IKey | null;
}

/**
 * Computes the bucket's name without the bucket, because its CORS rules name the edge and the edge's content security
 * policy names the bucket. A stack's id ends in a GUID, so a stack that is created again gets another name and does not
 * collide with the retained bucket (docs/decisions/008-files-bucket-name.md).
 */
function bucketName(chat: Construct): string {
  const name = `parley-files-${Fn.select(2, Fn.split('/', Stack.of(chat).stackId))}`;
  // A stack of the team may hold several chats.
  return isWholeStack(chat) ? name : `${name}-${chat.node.addr.slice(-8)}`;
}

/**
 * Returns the URL that all signed URLs of a chat's files start with. It ends in a slash.
 * @param adopted the bucket of an earlier stack, if the chat uses one
 */
export function filesUrl(chat: Construct, adopted: IBucket | null): string {
  const { region, urlSuffix } = Stack.of(chat);
  return `https://${adopted?.bucketName ?? bucketName(chat)}.s3.${region}.${urlSuffix}/`;
}

/** The bucket of attached files. Clients use signed URLs; functions store small files themselves. */
export class ChatFiles extends Construct {
  readonly bucketName: string;
  private readonly bucket: IBucket;

  constructor(chat: Construct, id: string, props: ChatFilesProps) {
    super(chat, id);
    this.bucket = props.filesBucket ?? makeBucket(this, bucketName(chat), props);
    this.bucketName = this.bucket.bucketName;
  }

  /** Grants a function the object actions that its entry lists. */
  grant(target: ChatFunction, actions: readonly FileAction[]): void {
    if (actions.length === 0) return;
    target.allowWildcard(
      actions.map((action) => `s3:${action}`),
      this.bucket.arnForObjects('*'),
      'Objects have no ARNs before they are uploaded, so IAM offers nothing narrower than all objects of this bucket.',
    );
  }
}

function makeBucket(
  scope: Construct,
  bucketName: string,
  { allowedOrigins, encryptionKey }: ChatFilesProps,
): IBucket {
  return retainedBucket(scope, 'Bucket', {
    bucketName,
    // The bucket's own data key saves a call to KMS for each file.
    ...(encryptionKey && { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    minimumTLSVersion: 1.2,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      // Uploads have this tag until a message holds them (functions/store/files.ts).
      { tagFilters: { parley: 'pending' }, expiration: Duration.days(1) },
    ],
    cors: [
      {
        allowedOrigins: [...allowedOrigins],
        allowedMethods: filesCors.methods.map((method) => HttpMethods[method]),
        allowedHeaders: [...filesCors.requestHeaders],
        exposedHeaders: [...filesCors.responseHeaders],
        maxAge: filesCors.maxAgeSeconds,
      },
    ],
    unloggedBecause:
      'Server access logs would contain signed URLs and need another protected bucket. The HTTP API logs who requested a URL.',
  });
}
