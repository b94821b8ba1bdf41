/** A metric that an alarm or a dashboard reads. */
export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface AlarmMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface AlarmProperties extends Partial<AlarmMetric> {
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: AlarmMetric } }[];
}

/** Returns the metrics of an alarm with or without metric math. Takes its resolved properties. */
export function metricsOfAlarm(properties: Readonly<Record<string, unknown>>): readonly WatchedMetric[] {
  const alarm = properties as AlarmProperties;
  const single = alarm.MetricName === undefined ? [] : [alarm as AlarmMetric];
  const ofMath = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  return [...single, ...ofMath].map(({ Namespace, MetricName, Dimensions = [] }) => ({
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
  }));
}

interface Widget {
  readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
}

/** Returns the titles and the metrics of a dashboard. Takes its resolved body. */
export function readDashboard(body: string): {
  titles: readonly string[];
  metrics: readonly WatchedMetric[];
} {
  const { widgets } = JSON.parse(body) as { readonly widgets: readonly Widget[] };
  const rows = widgets.flatMap(({ properties }) => properties.metrics ?? []);
  return {
    titles: widgets.flatMap(({ properties }) => properties.title ?? []),
    metrics: rows.flatMap((row) => [...metricOfRow(row), ...searchOfRow(row)]),
  };
}

/** A row is `[namespace, name, dimension, value, …, options]`. */
function metricOfRow(row: readonly unknown[]): readonly WatchedMetric[] {
  const texts = row.filter((part) => typeof part === 'string');
  const [namespace, name, ...pairs] = texts;
  if (namespace === undefined || name === undefined) return [];
  const names = pairs.filter((_, index) => index % 2 === 0);
  const dimensions = Object.fromEntries(names.map((each, index) => [each, pairs[2 * index + 1] ?? '']));
  return [{ namespace, name, dimensions }];
}

/** Returns the metrics that a row searches for, with an empty value for each dimension whose value it leaves open. */
function searchOfRow([options]: readonly unknown[]): readonly WatchedMetric[] {
  const expression = String((options as { readonly expression?: string } | undefined)?.expression ?? '');
  const [, schema, terms = ''] = /SEARCH\('\{([^}]+)\} ([^']+)'/.exec(expression) ?? [];
  if (schema === undefined) return [];
  const [namespace = '', ...names] = schema.split(',');
  const termOf = (name: string) => new RegExp(`\\b${name}="([^"]+)"`).exec(terms)?.[1] ?? '';
  const dimensions = Object.fromEntries(names.map((name) => [name, termOf(name)]));
  return [{ namespace, name: termOf('MetricName'), dimensions }];
}
