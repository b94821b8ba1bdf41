import type { DialectName } from '../../functions/domain/connection.ts';
import { actionContract } from './action-contract.ts';
import { contentContract } from './content-contract.ts';
import type { Contract } from './contract.ts';
import { operationContract } from './operation-contract.ts';
import { typeContract } from './type-contract.ts';

/** Every dialect, as its documents tell it. */
export const contracts: Readonly<Record<DialectName, Contract>> = {
  action: actionContract,
  content: contentContract,
  type: typeContract,
  operation: operationContract,
};
