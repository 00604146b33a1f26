import { expect, it } from 'vitest';
import type { FlowRunDetail } from '../../../flows/index.ts';
import { runDetailReply, runReply, syncReply } from './run-replies.ts';

const AT = Date.UTC(2027, 0, 1, 12, 0, 0, 999);
const RUN: FlowRunDetail = {
  id: 'r1',
  flowId: 'f1',
  status: 'success',
  startedBy: 'ann',
  startedAt: AT,
  endedAt: AT + 2000,
  updatedAt: AT + 2000,
  headers: { h: 1 },
  input: { a: null },
  output: { b: null, c: [null], d: { e: null } },
  nodes: [],
};
const failedNode = (id: string, ...statuses: ('fail' | 'success')[]) => ({
  nodeId: id,
  nodeName: id,
  executions: statuses.map((status) => ({
    status,
    startedAt: AT,
    endedAt: AT + 1000,
    ...(status === 'fail' ? { error: { code: 'x', message: `${id} failed` } } : {}),
  })),
});

it('has times in whole seconds of UTC, and no end before the end', () => {
  const { endedAt: _, ...running } = RUN;
  expect(runReply({ ...running, endedAt: undefined }, 'urn')).not.toHaveProperty('end_time');
  expect(runReply(RUN, 'urn')).toMatchObject({
    begin_time: '2027-01-01T12:00:00Z',
    end_time: '2027-01-01T12:00:02Z',
    workflow_urn: 'urn',
  });
});

it('shows outputs without fields that are null, and inputs as they are', () => {
  const { input, output } = runDetailReply(RUN, 'urn');
  expect({ input, output }).toEqual({ input: { a: null }, output: { c: [null], d: { e: null } } });
});

it('has times of nodes in milliseconds, and each try', () => {
  const { node_execution_details: nodes } = runDetailReply(
    { ...RUN, nodes: [failedNode('n', 'fail', 'success')] },
    'u',
  );
  expect(nodes[0]?.executions).toEqual([
    {
      status: 'fail',
      begin_time: AT,
      end_time: AT + 1000,
      error_message: { error_code: 'x', error_message: 'n failed' },
    },
    { status: 'success', begin_time: AT, end_time: AT + 1000 },
  ]);
});

it('answers a synchronous run with its output, or with the nodes that failed in the end', () => {
  expect(syncReply(RUN)).toMatchObject({ status: 'success', output: { c: [null], d: { e: null } } });
  const nodes = [failedNode('a', 'fail', 'success'), failedNode('b', 'success', 'fail')];
  const failed = syncReply({ ...RUN, status: 'fail', nodes });
  expect(failed).not.toHaveProperty('output');
  expect(failed).toMatchObject({ errors: [{ node_id: 'b', error_message: 'x: b failed' }] });
});

it('names the error of the run when no node failed, and none for a timeout', () => {
  const error = { code: 'storage', message: 'too large' };
  const failed = syncReply({ ...RUN, status: 'fail', error });
  expect(failed).toMatchObject({ errors: [{ node_id: '', error_message: 'storage: too large' }] });
  expect(syncReply({ ...RUN, status: 'timeout', error })).not.toHaveProperty('errors');
});
