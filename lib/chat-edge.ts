import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration, Names, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Function as CloudFrontFunction,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PageDeployment, type PageDeploymentProps } from './page-deployment.ts';
import { contentSecurityPolicy } from './page-policy.ts';

export interface ChatEdgeProps {
  /** The WebSocket API's own name, without scheme and stage. */
  readonly socketDomain: string;
  /** The HTTP API's own name; without it there is nothing behind `/api/*`. */
  readonly httpDomain?: string;
  /** https://…/, below which the page may upload files and show images from. */
  readonly filesUrl: string;
  readonly page: Omit<PageDeploymentProps, 'bucket'>;
}

/** The one name that clients are given: `/ws/*`, `/api/*`, and the page's bucket for everything else. */
export class ChatEdge extends Construct {
  /** https://…, no trailing slash: also the origin of a page that is served from here. */
  readonly url: string;

  /** Throws an Error when the page is not built. */
  constructor(scope: Construct, id: string, { socketDomain, httpDomain, filesUrl, page }: ChatEdgeProps) {
    super(scope, id);
    const bucket = this.pageBucket();
    new PageDeployment(this, 'PageDeployment', { ...page, bucket });
    const distribution = new Distribution(this, 'Distribution', {
      comment: Stack.of(this).stackName,
      defaultRootObject: 'index.html',
      defaultBehavior: this.page(bucket, filesUrl),
      additionalBehaviors: {
        '/ws/*': { ...passedOn(socketDomain), functionAssociations: [this.socketFunction()] },
        ...(httpDomain !== undefined && { '/api/*': passedOn(httpDomain) }),
      },
      // A browser upgrades over HTTP/1.1 in any case, beside the HTTP/2 of everything else.
      httpVersion: HttpVersion.HTTP2,
      // A chat is few bytes and many round trips: near edges matter more than their price.
      priceClass: PriceClass.PRICE_CLASS_ALL,
    });
    acceptFindings(distribution);
    this.url = `https://${distribution.distributionDomainName}`;
  }

  private pageBucket(): IBucket {
    const bucket = new Bucket(this, 'Page', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'It holds a page that is public by intent, and CloudFront is its only reader: a log would name nobody.',
    });
    // The cast: the CDK's own types disagree under exactOptionalPropertyTypes.
    return bucket as IBucket;
  }

  private page(bucket: IBucket, filesUrl: string): BehaviorOptions {
    return {
      origin: S3BucketOrigin.withOriginAccessControl(bucket, {
        originAccessControl: new S3OriginAccessControl(this, 'PageAccess', {
          originAccessControlName: this.globalName('PageAccess'),
        }),
        // AWS: S3 GetObject. What is missing is a 404 to whom may list, else a 403.
        originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      }),
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.pageHeaders(filesUrl),
    };
  }

  private pageHeaders(filesUrl: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'PageHeaders', {
      responseHeadersPolicyName: this.globalName('PageHeaders'),
      securityHeadersBehavior: {
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: false,
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: true },
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy(filesUrl),
          override: true,
        },
      },
    });
  }

  private socketFunction() {
    const file = fileURLToPath(new URL('./edge/route-socket.js', import.meta.url));
    return {
      eventType: FunctionEventType.VIEWER_REQUEST,
      function: new CloudFrontFunction(this, 'RouteSocket', {
        functionName: this.globalName('RouteSocket'),
        comment: 'The room of a path becomes a query of the WebSocket API',
        runtime: FunctionRuntime.JS_2_0,
        code: FunctionCode.fromInline(readFileSync(file, 'utf8')),
      }),
    };
  }

  /** CloudFront's names hold for the whole account: two stacks, or one in two Regions, must not share one. */
  private globalName(id: string): string {
    const name = Names.uniqueResourceName(this, { maxLength: 32, separator: '-' });
    return `${Stack.of(this).region}-${name}-${id}`;
  }
}

/** Whatever the viewer sent goes to the API, uncached, but for the Host, which the API knows itself by. */
function passedOn(domain: string): BehaviorOptions {
  return {
    origin: new HttpOrigin(domain),
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // No redirect: it would come after a token was sent in the clear, and would hide that.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
  };
}

function acceptFindings(distribution: Distribution): void {
  Validations.of(distribution).acknowledge(
    {
      id: 'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason:
        'Nothing is ever listed: the root is answered with the default root object, and no query string reaches the bucket.',
    },
    {
      id: 'AwsSolutions-CFR1',
      reason: 'Where the people of a chat may be is for the team to say, and a default must shut nobody out.',
    },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL is billed by the month and by the request, and every way in already asks for a signed token.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason:
        'A line of a CloudFront access log has the whole query string, where some clients carry their token; the setting accessLogs logs at the APIs without it.',
    },
    {
      id: 'AwsSolutions-CFR4',
      reason:
        'A name under cloudfront.net comes with its own certificate and security policy, and AWS lets nobody raise it there.',
    },
  );
}
