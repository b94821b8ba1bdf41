import { App, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { featureFlags } from './app.ts';
import { forwardTo } from './chat-edge.ts';
import { ChatFunction } from './chat-function.ts';
import { ChatHttp } from './chat-http.ts';
import { ChatSocket } from './chat-socket.ts';

export interface ProbeStackProps extends StackProps {
  /** The directory of the built functions of `bin/probe/functions`. */
  readonly bundles: string;
}

/** The status that the distribution does not cache. It caches other 5xx answers as CloudFront does by default. */
const uncachedStatus = 500;

/**
 * The stack of `npm run verify -- --probe`: the chat's kinds of API, authorizer and edge with functions that report
 * what they get. Deleting the stack deletes all of its resources.
 */
class ProbeStack extends Stack {
  constructor(scope: Construct, id: string, { bundles, ...props }: ProbeStackProps) {
    super(scope, id, props);
    const settings = {
      chatName: this.stackName,
      accessLogs: false,
      logRetention: RetentionDays.ONE_DAY,
      throttle: null,
      logLevel: 'warn' as const,
      encryptionKey: null,
    };
    const socket = new ChatSocket(this, 'Socket', settings);
    const http = new ChatHttp(this, 'Http', settings);
    const reports = new Table(this, 'Reports', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const make = (entry: string) => {
      const size = { memoryMegabytes: 512, timeoutSeconds: 10 };
      const id = `${entry.charAt(0).toUpperCase()}${entry.slice(1)}Function`;
      const made = new ChatFunction(this, id, { ...size, ...settings, entry, bundles, leaveOut: [] });
      made
        .addEnvironment('REPORTS_TABLE', reports.tableName)
        .addEnvironment('SOCKET_URL', socket.callbackUrl);
      made.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], reports.tableArn);
      return made;
    };
    const [authorize, connect, disconnect] = [make('authorize'), make('connect'), make('disconnect')];
    const [report, web] = [make('default'), make('http')];
    socket.grantSockets(connect);
    socket.grantSockets(report);
    // ListMetrics has no resources (AWS: Service Authorization Reference, CloudWatch).
    web.allow(['cloudwatch:ListMetrics'], '*');
    const frames = { send: report, edit: report, delete: report, default: report };
    socket.addRoutes({ authorize, connect, disconnect, ...frames });
    http.addRoutes(web);
    const edge = new Distribution(this, 'Edge', {
      defaultBehavior: forwardTo(http.domain),
      errorResponses: [{ httpStatus: uncachedStatus, ttl: Duration.seconds(0) }],
    });
    new CfnOutput(this, 'Url', { value: `https://${edge.distributionDomainName}` });
    new CfnOutput(this, 'SocketUrl', { value: socket.callbackUrl });
  }
}

/** Creates the app of the probe stack, with the feature flags of the chat's app. */
export function createProbeApp(bundles: string, outdir?: string): App {
  const app = new App({
    context: featureFlags(),
    ...(outdir !== undefined && { outdir }),
    analyticsReporting: false,
    treeMetadata: false,
  });
  new ProbeStack(app, 'Probe', {
    stackName: 'ParleyProbe',
    description: 'Parley: answers questions about AWS, then is deleted',
    bundles,
  });
  return app;
}
