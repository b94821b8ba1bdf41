import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
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
  type PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, type HttpOriginProps, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { AaaaRecord, ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { contentSecurityPolicy, PageDeployment, type PageDeploymentProps } from './page-deployment.ts';
import { retainedBucket } from './retained-bucket.ts';

export interface ChatEdgeProps {
  /** The WebSocket API's host name, without scheme and stage. */
  readonly socketDomain: string;
  /** The HTTP API's host name. */
  readonly httpDomain: string;
  /** The URL below which the page may upload files and show images: https://…/ */
  readonly filesUrl: string;
  /** The origins that the page calls to sign users in at their issuer. */
  readonly signInOrigins: readonly string[];
  /** Null for a chat without the page. */
  readonly page: Omit<PageDeploymentProps, 'bucket'> | null;
  /** The name of the chat, as the console shows it. */
  readonly chatName: string;
  /** Null for a name below `cloudfront.net`. */
  readonly domain: ChatDomain | null;
  readonly webAclArn: string | null;
  readonly priceClass: PriceClass;
}

/** A host name of the team for the edge. */
export interface ChatDomain {
  /** The host name, such as `chat.example.com`. */
  readonly name: string;
  /** A certificate in us-east-1, where CloudFront reads it. */
  readonly certificate: ICertificate;
  /** The Route 53 zone that gets the records of the name. Without it, the team sets them itself. */
  readonly hostedZone?: IHostedZone;
}

/** The distribution that clients use: `/ws/*` and `/api/*` go to the APIs, everything else to the page's bucket. */
export class ChatEdge extends Construct {
  readonly distributionId: string;
  /** https://…, no trailing slash. This is also the origin of the page. */
  readonly url: string;
  /** The origins under which browsers reach the page: `url` first. */
  readonly origins: readonly string[];
  /** Null for a chat without the page. */
  readonly pageDeployment: PageDeployment | null = null;
  /**
   * What the edge sends to both APIs as `X-Parley-Edge`. Only then do their functions trust the address that CloudFront
   * appends to `X-Forwarded-For`, because clients can also call the APIs directly and write that header themselves. It
   * is the id of a resource, which AWS chooses at random and no viewer gets to see.
   */
  readonly key: string;

  /** @throws Error when the page has not been built */
  constructor(scope: Construct, id: string, props: ChatEdgeProps) {
    super(scope, id);
    const { socketDomain, httpDomain, page, domain, webAclArn } = props;
    const bucket =
      page &&
      retainedBucket(this, 'Page', {
        unloggedBecause:
          'The page is public, and CloudFront is the only reader of this bucket, so an access log would not identify anybody.',
      });
    const access = new S3OriginAccessControl(this, 'PageAccess', {
      originAccessControlName: this.globalName('PageAccess'),
    });
    this.key = access.originAccessControlId;
    if (page && bucket) this.pageDeployment = new PageDeployment(this, 'PageDeployment', { ...page, bucket });
    const fromEdge = { customHeaders: { 'X-Parley-Edge': this.key } };
    const distribution = new Distribution(this, 'Distribution', {
      comment: props.chatName,
      ...(bucket
        ? { defaultRootObject: 'index.html', defaultBehavior: this.page(bucket, access, props) }
        : { defaultBehavior: forwardTo(httpDomain, { originPath: NO_PAGE }) }),
      additionalBehaviors: {
        '/ws/*': {
          ...forwardTo(socketDomain, fromEdge),
          functionAssociations: [
            this.edgeFunction(
              'RouteSocket',
              'Moves the room from the path to the query of the WebSocket API',
            ),
          ],
        },
        '/api/*': {
          ...forwardTo(httpDomain, fromEdge),
          functionAssociations: [
            this.edgeFunction(
              'KeepPath',
              'Adds the encoded path as a header, because the HTTP API decodes it',
            ),
          ],
        },
      },
      // CloudFront would repeat an error to everybody for 10 seconds, whatever the cache policy and the answer say
      // (AWS: "Control how long CloudFront caches errors").
      errorResponses: [500, 502, 503, 504].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      // Browsers open WebSockets over HTTP/1.1 in any case.
      httpVersion: HttpVersion.HTTP2,
      priceClass: props.priceClass,
      ...(webAclArn !== null && { webAclId: webAclArn }),
      ...(domain && {
        domainNames: [domain.name],
        certificate: domain.certificate,
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
    });
    acknowledgeFindings(distribution, props);
    this.distributionId = distribution.distributionId;
    if (domain) this.addRecords(domain, distribution);
    // The name below cloudfront.net keeps working beside the team's own.
    const names = [...(domain ? [domain.name] : []), distribution.distributionDomainName];
    this.origins = names.map((name) => `https://${name}`);
    this.url = this.origins[0] ?? '';
  }

  private addRecords({ name, hostedZone: zone }: ChatDomain, distribution: Distribution): void {
    if (!zone) return;
    // The dot marks a full name, to which the CDK does not append the zone's.
    const record = {
      zone,
      recordName: `${name}.`,
      target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)),
    };
    new ARecord(this, 'Record', record);
    new AaaaRecord(this, 'RecordV6', record);
  }

  private page(bucket: IBucket, access: S3OriginAccessControl, props: ChatEdgeProps): BehaviorOptions {
    return {
      origin: S3BucketOrigin.withOriginAccessControl(bucket, {
        originAccessControl: access,
        // For a missing object, S3 answers 404 only to callers that may list the bucket (AWS: S3 GetObject).
        originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      }),
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.pageHeaders(props),
    };
  }

  private pageHeaders({ filesUrl, signInOrigins }: ChatEdgeProps): ResponseHeadersPolicy {
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
          contentSecurityPolicy: contentSecurityPolicy(filesUrl, signInOrigins),
          override: true,
        },
      },
    });
  }

  /** Returns a function that runs on each request: `RouteSocket` is in `edge/route-socket.js`. */
  private edgeFunction(id: string, comment: string) {
    const name = id.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
    const file = fileURLToPath(new URL(`./edge/${name}.js`, import.meta.url));
    return {
      eventType: FunctionEventType.VIEWER_REQUEST,
      function: new CloudFrontFunction(this, id, {
        functionName: this.globalName(id),
        comment,
        runtime: FunctionRuntime.JS_2_0,
        code: FunctionCode.fromInline(readFileSync(file, 'utf8')),
      }),
    };
  }

  /** CloudFront names are unique per account, so the name contains the Region, the stack and the chat. */
  private globalName(id: string): string {
    const name = Names.uniqueResourceName(this, { maxLength: 32, separator: '-' });
    return `${Stack.of(this).region}-${name}-${id}`;
  }
}

/**
 * The path at the HTTP API of requests for the page, in a chat without it. No route of the API begins with it, so the
 * API answers 404, and the edge forwards nothing to /admin.
 */
const NO_PAGE = '/no-page';

/** Forwards requests to an API uncached, with all headers but Host: the API only accepts its own host name there. */
export function forwardTo(domain: string, origin: HttpOriginProps = {}): BehaviorOptions {
  return {
    origin: new HttpOrigin(domain, origin),
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // Does not redirect http to https, because the token would already have been sent unencrypted.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
  };
}

function acknowledgeFindings(
  distribution: Distribution,
  { domain, webAclArn }: Pick<ChatEdgeProps, 'domain' | 'webAclArn'>,
): void {
  Validations.of(distribution).acknowledge(
    {
      id: 'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason:
        'The bucket is never listed: the root returns the default root object, and no query string reaches the bucket.',
    },
    {
      id: 'AwsSolutions-CFR1',
      reason: "Geographic restrictions are the team's choice. The default excludes no country.",
    },
    {
      id: 'AwsSolutions-CFR3',
      reason:
        'CloudFront access logs contain the whole query string, where some clients carry their token. The setting accessLogs logs at the APIs without it.',
    },
  );
  if (webAclArn === null) {
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL is billed monthly and per request, and every API call already needs a signed token. The setting webAclArn adds one.',
    });
  }
  if (domain === null) {
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR4',
      reason:
        'Names below cloudfront.net have a fixed certificate and security policy. The setting domainName replaces them.',
    });
  }
}
