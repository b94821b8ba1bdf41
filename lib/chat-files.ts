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
  /** Whose pages may upload and read by a signed URL. */
  readonly allowedOrigins: readonly string[];
}

/**
 * The bucket's name, which is known before the bucket is: its CORS names the edge, and the edge's content security
 * policy names the bucket. AWS: a stack's id ends in a GUID, so no two stacks share it, nor one that is made anew with
 * the one before, whose bucket was retained.
 */
const bucketName = ({ stackId }: Stack): string => `parley-files-${Fn.select(2, Fn.split('/', stackId))}`;

/** Below which signed URLs of files are; ends in a slash. */
export function filesUrl(stack: Stack): string {
  return `https://${bucketName(stack)}.s3.${stack.region}.${stack.urlSuffix}/`;
}

/** The bucket for what people send each other; read and written by signed URL, or by a function. */
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
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      cors: [
        {
          allowedOrigins: [...allowedOrigins],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
          // What a signed upload asks for, and a player that seeks.
          allowedHeaders: ['content-type', 'if-none-match', 'range'],
          exposedHeaders: ['content-disposition', 'content-range', 'etag'],
          maxAge: 3600,
        },
      ],
    });
    this.bucketName = this.bucket.bucketName;
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs hold each signed URL and need a bucket of their own to be guarded; who was given a URL is in the log of the HTTP API.',
    });
  }

  /** Lets a function put or read objects, as far as its entry says. */
  grant(target: ChatFunction, actions: readonly FileAction[]): void {
    if (actions.length === 0) return;
    const resource = this.bucket.arnForObjects('*');
    target.allow(
      actions.map((action) => `s3:${action}`),
      resource,
    );
    // AWS: S3 has nothing narrower for objects that get their names later.
    Validations.of(target.role ?? target).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${this.logicalId()}.Arn>/*]`,
      reason:
        'A file has no ARN before it is sent, so AWS has nothing narrower than all objects of this one bucket.',
    });
  }

  /** As cdk-nag writes a reference in a finding. */
  private logicalId(): string {
    return Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
  }
}
