/** A network namespace of the bench's own, with nothing but loopback, where packets of single ports are dropped. */
import { execFileSync } from 'node:child_process';

const TABLE = ['inet', 'faults'] as const;

function nft(...args: readonly string[]): string {
  return execFileSync('nft', args, { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
}

export function prepare(): void {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  nft('add', 'table', ...TABLE);
  nft('add', 'chain', ...TABLE, 'input', '{ type filter hook input priority 0 ; }');
}

/**
 * Every packet to or from the port meets the rule. @param rule `drop`, or nft words before it @returns ends it
 */
export function meets(port: number, rule: string): () => void {
  const handles = ['dport', 'sport'].map((side) => {
    const said = nft('-e', '-a', 'add', 'rule', ...TABLE, 'input', 'tcp', side, String(port), ...rule.split(' '));
    return /# handle (\d+)/.exec(said)?.[1] ?? '';
  });
  return () => {
    for (const handle of handles) nft('delete', 'rule', ...TABLE, 'input', 'handle', handle);
  };
}
