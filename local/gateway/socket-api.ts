/** A WebSocket API as the deployed template describes it. */
export interface SocketApi {
  readonly apiId: string;
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  /** Route key → function name, from the template's routes and integrations. */
  readonly routes: ReadonlyMap<string, string>;
  /** For instance `$request.body.action`. */
  readonly routeSelectionExpression: string;
  readonly authorizer: {
    readonly functionName: string;
    /** For instance `route.request.header.Host`. */
    readonly identitySources: readonly string[];
  } | null;
}
