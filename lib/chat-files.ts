import { Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ChatFunction } from './chat-function.ts';
import type { FileAction } from './entries.ts';

export interface ChatFilesProps {
  /** Origins whose pages may use signed URLs. */
  readonly allowedOrigins: readonly string[];
}

/**
 * Computes the bucket's name without the bucket, because its CORS rules name the edge and the edge's content security
 * policy names the bucket. A stack's id ends in a GUID, so a stack that is created again gets another name and does not
 * collide with the retained bucket (docs/decisions/008-files-bucket-name.md).
 */
const bucketName = ({ stackId }: Stack): string => `parley-files-${Fn.select(2, Fn.split('/', stackId))}`;

/** Returns the URL that all signed URLs of files start with. It ends in a slash. */
export function filesUrl(stack: Stack): string {
  return `https://${bucketName(stack)}.s3.${stack.region}.${stack.urlSuffix}/`;
}

/** The bucket of attached files. Clients use signed URLs; functions store small files themselves. */
export class ChatFiles extends Construct {
  readonly bucketName: string;
  private readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { allowedOrigins }: ChatFilesProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: bucketName(Stack.of(this)),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // Uploads have this tag until a message holds them (functions/store/files.ts).
        { tagFilters: { parley: 'pending' }, expiration: Duration.days(1) },
      ],
      cors: [
        {
          allowedOrigins: [...allowedOrigins],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
          // A signed upload sends the first three headers, and a media player that seeks sends the last.
          allowedHeaders: ['content-type', 'if-none-match', 'x-amz-tagging', 'range'],
          exposedHeaders: ['content-disposition', 'content-range', 'etag'],
          maxAge: 3600,
        },
      ],
    });
    this.bucketName = this.bucket.bucketName;
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs would contain signed URLs and need another protected bucket. The HTTP API logs who requested a URL.',
    });
  }

  /** Grants a function the object actions that its entry lists. */
  grant(target: ChatFunction, actions: readonly FileAction[]): void {
    if (actions.length === 0) return;
    const resource = this.bucket.arnForObjects('*');
    target.allow(
      actions.map((action) => `s3:${action}`),
      resource,
    );
    Validations.of(target.role ?? target).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${this.logicalId()}.Arn>/*]`,
      reason:
        'Objects have no ARNs before they are uploaded, so IAM offers nothing narrower than all objects of this bucket.',
    });
  }

  /** Returns the logical id by which cdk-nag names the bucket in a finding. */
  private logicalId(): string {
    return Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
  }
}
