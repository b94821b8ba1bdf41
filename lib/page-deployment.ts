import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  BucketDeployment,
  type BucketDeploymentProps,
  CacheControl,
  Source,
} from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { acceptProvider } from './page-provider.ts';

export interface PageDeploymentProps {
  /** The directory with the built page: index.html, and files whose names change with their content. */
  readonly directory: string;
  readonly bucket: IBucket;
  readonly logRetention: RetentionDays;
}

type Step = Pick<BucketDeploymentProps, 'exclude' | 'include' | 'cacheControl' | 'prune'>;

/** All but index.html: a name stands for one content for good. */
const hashed: Step = {
  exclude: ['index.html'],
  cacheControl: [CacheControl.setPublic(), CacheControl.maxAge(Duration.days(365)), CacheControl.immutable()],
};

/**
 * In this order, so that whoever loads the page meanwhile gets the old one or the new one, whole: what the new
 * index.html names comes before it, and what the old one named goes after it.
 */
const steps: Readonly<Record<string, Step>> = {
  Hashed: { ...hashed, prune: false },
  // Asked for each time, so nothing that the edge keeps has to be invalidated.
  Index: { exclude: ['*'], include: ['index.html'], cacheControl: [CacheControl.noCache()], prune: false },
  Pruned: { ...hashed, prune: true },
};

/** Puts the built page into its bucket. */
export class PageDeployment extends Construct {
  /** Throws an Error when the page is not built. */
  constructor(scope: Construct, id: string, { directory, bucket, logRetention }: PageDeploymentProps) {
    super(scope, id);
    const source = Source.asset(built(directory), { exclude: ['*.map'] });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    let before: BucketDeployment | undefined;
    for (const [name, step] of Object.entries(steps)) {
      const deployment = new BucketDeployment(this, name, {
        ...step,
        sources: [source],
        destinationBucket: bucket,
        logGroup,
        // Half of the default, for files of a few KB.
        memoryLimit: 512,
      });
      if (before === undefined) acceptProvider(deployment, bucket);
      else {
        deployment.node.addDependency(before);
        // They share one function, and each brings its layer: only the first one's is used.
        deployment.node.tryRemoveChild('AwsCliLayer');
      }
      before = deployment;
    }
  }
}

function built(directory: string): string {
  if (existsSync(join(directory, 'index.html'))) return directory;
  throw new Error(`Synth failed: no page in ${directory}; run \`npm run build\``);
}
