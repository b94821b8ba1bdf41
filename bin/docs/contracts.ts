import { actionContract } from '../../functions/dialects/action/documentation.ts';
import { contentContract } from '../../functions/dialects/content/documentation.ts';
import type { Contract } from '../../functions/dialects/documentation.ts';
import { operationContract } from '../../functions/dialects/operation/documentation.ts';
import { typeContract } from '../../functions/dialects/type/documentation.ts';
import type { DialectName } from '../../functions/domain/connection.ts';

/** Every dialect, as its documents tell it. */
export const contracts: Readonly<Record<DialectName, Contract>> = {
  action: actionContract,
  content: contentContract,
  type: typeContract,
  operation: operationContract,
};
