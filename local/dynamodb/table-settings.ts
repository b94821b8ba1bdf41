import { isObject, parseJson } from '../object.ts';
import { type Database, type DatabaseReply, type DatabaseRequest, databaseError } from './database.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Settings of one table. */
interface TableSettings {
  timeToLive?: Fields;
  backups?: Fields;
  deletionProtection?: boolean;
}

const reply = (output: object): DatabaseReply => ({ status: 200, body: JSON.stringify(output) });

function outputOf({ body }: DatabaseReply): Fields {
  const output = parseJson(String(body));
  return isObject(output) ? output : {};
}

/**
 * Adds the operations that set a table's TTL, point-in-time recovery and deletion protection, so that scripts that set
 * them can be tried. The local stack keeps the settings in memory and never acts on them.
 */
export function withTableSettings(database: Database): Database {
  const settings = new Map<string, TableSettings>();

  async function send(request: DatabaseRequest): Promise<DatabaseReply> {
    const { operation, input } = request;
    const table = String(input['TableName']);
    const own = settings.get(table) ?? {};
    const set = (change: TableSettings) => settings.set(table, { ...own, ...change });
    switch (operation) {
      case 'DescribeTimeToLive':
        return reply({ TimeToLiveDescription: own.timeToLive ?? { TimeToLiveStatus: 'DISABLED' } });
      case 'UpdateTimeToLive': {
        const { Enabled, AttributeName } = isObject(input['TimeToLiveSpecification'])
          ? input['TimeToLiveSpecification']
          : {};
        if (Enabled === (own.timeToLive?.['TimeToLiveStatus'] === 'ENABLED')) {
          const state = Enabled ? 'enabled' : 'disabled';
          return databaseError('ValidationException', `TimeToLive is already ${state}`);
        }
        set({ timeToLive: { AttributeName, TimeToLiveStatus: Enabled ? 'ENABLED' : 'DISABLED' } });
        return reply({ TimeToLiveSpecification: { Enabled, AttributeName } });
      }
      case 'DescribeContinuousBackups':
        return reply({ ContinuousBackupsDescription: backupsOf(own) });
      case 'UpdateContinuousBackups': {
        const specification = input['PointInTimeRecoverySpecification'];
        const backups = isObject(specification) ? specification : {};
        set({ backups });
        return reply({ ContinuousBackupsDescription: backupsOf({ backups }) });
      }
      case 'DescribeTable': {
        const described = await database.send(request);
        const output = outputOf(described);
        const { Table } = output;
        if (!isObject(Table)) return described;
        return reply({ Table: { ...Table, DeletionProtectionEnabled: own.deletionProtection ?? false } });
      }
      case 'UpdateTable': {
        const { DeletionProtectionEnabled, ...others } = input;
        if (DeletionProtectionEnabled === undefined || Object.keys(others).length > 1) break;
        set({ deletionProtection: DeletionProtectionEnabled === true });
        const described = await send({ operation: 'DescribeTable', input: others, body: request.body });
        return reply({ TableDescription: outputOf(described)['Table'] });
      }
    }
    return database.send(request);
  }

  /** Answers the operations above only for tables that exist. */
  async function sendChecked(request: DatabaseRequest): Promise<DatabaseReply> {
    const { operation, input } = request;
    if (/^(Describe|Update)(TimeToLive|ContinuousBackups)$|^UpdateTable$/.test(operation)) {
      const { TableName } = input;
      const body = Buffer.from(JSON.stringify({ TableName }));
      const described = await database.send({ operation: 'DescribeTable', input: { TableName }, body });
      if (described.status !== 200) return described;
    }
    return send(request);
  }

  return { send: sendChecked, close: () => database.close() };
}

const backupsOf = ({ backups }: TableSettings) => ({
  ContinuousBackupsStatus: 'ENABLED',
  PointInTimeRecoveryDescription: {
    PointInTimeRecoveryStatus: backups?.['PointInTimeRecoveryEnabled'] === true ? 'ENABLED' : 'DISABLED',
  },
});
