import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultStackSynthesizer, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import {
  BucketDeployment,
  type BucketDeploymentProps,
  CacheControl,
  Source,
} from 'aws-cdk-lib/aws-s3-deployment';
import { Construct, type IConstruct } from 'constructs';

export interface PageDeploymentProps {
  /** The directory of the built page: index.html, the service worker, and files that have a content hash in their names. */
  readonly directory: string;
  readonly bucket: IBucket;
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | null;
}

type Step = Pick<BucketDeploymentProps, 'exclude' | 'include' | 'cacheControl' | 'prune'>;

/** The files whose names stay the same in all releases: browsers ask for them each time. */
const unhashed = ['index.html', 'service-worker.js'];

/** All other files. Their names contain a content hash, so they never change. */
const hashed: Step = {
  exclude: unhashed,
  cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
};

/**
 * The order of these steps lets a browser that loads the page during a deploy get either the old or the new version.
 * New files are uploaded before index.html and the service worker, which name them, and old files are deleted after that.
 */
const steps: Readonly<Record<string, Step>> = {
  Hashed: { ...hashed, prune: false },
  // `no-cache` makes CloudFront revalidate these files each time, so no invalidation is needed.
  Index: { exclude: ['*'], include: unhashed, cacheControl: [CacheControl.noCache()], prune: false },
  Pruned: { ...hashed, prune: true },
};

/** Uploads the built page to its bucket. */
export class PageDeployment extends Construct {
  private readonly first: BucketDeployment | undefined;

  /** @throws Error when the page has not been built */
  constructor(scope: Construct, id: string, { directory, bucket, ...logs }: PageDeploymentProps) {
    super(scope, id);
    const source = Source.asset(checkBuilt(directory), { exclude: ['*.map'] });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logs.logRetention,
      ...(logs.encryptionKey && { encryptionKey: logs.encryptionKey }),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    let previous: BucketDeployment | undefined;
    for (const [name, step] of Object.entries(steps)) {
      const deployment = new BucketDeployment(this, name, {
        ...step,
        sources: [source],
        destinationBucket: bucket,
        logGroup,
        // Half of the CDK's default memory is enough for files of a few KB.
        memoryLimit: 512,
      });
      if (previous === undefined) {
        acknowledgeProvider(deployment, bucket);
        this.first = deployment;
      } else {
        deployment.node.addDependency(previous);
        // The three steps share one function. Only the layer of the first step is used.
        deployment.node.tryRemoveChild('AwsCliLayer');
      }
      previous = deployment;
    }
  }

  /** Uploads nothing before these constructs exist. */
  follow(...constructs: readonly IConstruct[]): void {
    this.first?.node.addDependency(...constructs);
  }
}

function checkBuilt(directory: string): string {
  if (existsSync(join(directory, 'index.html'))) return directory;
  throw new Error(`Synthesis failed: there is no page in ${directory}. Run \`npm run build\`.`);
}

/** Acknowledges the findings of cdk-nag about the CDK's own function that copies the page into the bucket. */
function acknowledgeProvider({ handlerRole }: BucketDeployment, bucket: IBucket): void {
  const stack = Stack.of(bucket);
  const accepted = (id: string, reason: string) => ({ id: `AwsSolutions-${id}`, reason });
  const page = stack.getLogicalId(bucket.node.defaultChild as CfnBucket);
  const { bootstrapQualifier = DefaultStackSynthesizer.DEFAULT_QUALIFIER } = stack.synthesizer;
  const assets = `arn:<AWS::Partition>:s3:::cdk-${bootstrapQualifier}-assets-<AWS::AccountId>-<AWS::Region>`;
  Validations.of(handlerRole.node.scope ?? handlerRole).acknowledge(
    accepted('L1', 'The CDK chooses the runtime of its own function. Updating the CDK updates the runtime.'),
  );
  Validations.of(handlerRole).acknowledge(
    accepted(
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      'The CDK attaches this policy to its own function. It only allows writing logs.',
    ),
    accepted(
      `IAM5[Resource::<${page}.Arn>/*]`,
      'The names of the page files change with each build, so the grant covers all objects of this bucket.',
    ),
    accepted(
      `IAM5[Resource::${assets}/*]`,
      'The function reads the page from the CDK assets bucket, where each build is a new object.',
    ),
    ...['GetObject*', 'GetBucket*', 'List*', 'DeleteObject*', 'Abort*'].map((action) =>
      accepted(
        `IAM5[Action::s3:${action}]`,
        'The CDK grants its own function all variants of these actions, on these two buckets only.',
      ),
    ),
  );
}

/**
 * Returns the content security policy of the page. Each source of files is a URL that ends in a slash, so it covers
 * everything below it and nothing else.
 *
 * `'self'` also covers WebSockets to the same host (CSP Level 3, 6.7.2.8). The policy cannot name the distribution's
 * host, because CloudFront creates that name only after the policy.
 * @param filesUrl where signed URLs of files point to: the page uploads there, and shows images from there and from other sites
 * @param signInOrigins the origins that the page calls to sign users in
 */
export function contentSecurityPolicy(filesUrl: string, signInOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // People and rooms may have pictures from any site.
    `img-src 'self' blob: data: https: ${filesUrl}`,
    `connect-src ${["'self'", filesUrl, ...signInOrigins].join(' ')}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; ');
}
