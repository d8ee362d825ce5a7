import { EGRESS, planned, ROUTE } from './told';
import { Door, Leg, Plan, Way } from '../../src/plan/plan';
import { planProblems } from '../../src/plan/validate';

const PLAN = planned({ routes: [ROUTE], egresses: [{ ...EGRESS, path: 'chart/direct', hosts: ['direct.example.com'] }] });
const [DIRECT, ROUTED] = ['chart/direct', 'chart/mongo'].map(path => PLAN.ways.find(({ egress }) => egress === path)!);
const DOOR = ROUTED.legs[0].door!;

const problems = (plan: Partial<Plan>) => planProblems({ ...PLAN, ...plan }).map(({ path, text }) => `${path} ${text}`);
const withLegs = (...legs: Leg[]): Way => ({ ...ROUTED, legs: legs as unknown as Way['legs'] });
const withDoor = (door: Partial<Door>, first: Partial<Leg> = {}) =>
  withLegs({ ...ROUTED.legs[0], ...first, door: { ...DOOR, ...door } }, ROUTED.legs[1]!);

test('what is planned of constructs does not contradict itself', () => {
  expect(problems({})).toEqual([]);
});

test.each<[string, Way, string]>([
  ['a way that begins at a gateway', withLegs({ ...ROUTED.legs[1]!, door: undefined }), 'chart/route broken-plan: the way to mongo.example.com does not begin at a sidecar and go on by gateways'],
  ['a way that goes on by another sidecar', withLegs(ROUTED.legs[0], DIRECT.legs[0]), 'chart/route broken-plan: the way to mongo.example.com does not begin at a sidecar'],
  ['a way that ends at a door', withLegs(ROUTED.legs[0]), 'chart/route broken-plan: the way to mongo.example.com ends at a door'],
  ['a way that goes on where it has ended', withLegs({ ...ROUTED.legs[0], door: undefined }, ROUTED.legs[1]!), 'chart/route broken-plan: the way to mongo.example.com goes on where it has ended'],
  ['a share of which the rest goes nowhere', { ...ROUTED, share: 10 }, 'chart/route broken-plan: what is no share of the way to mongo.example.com does not go straight'],
  ['a rest that goes to a door', { ...ROUTED, share: 10, rest: ROUTED.legs[0] }, 'chart/route broken-plan: what is no share of the way to mongo.example.com does not go straight'],
  ['a door that another name opens', withDoor({ opensTo: { by: 'own-name', name: 'x.egress.internal' } }), 'chart/route broken-plan: nobody opens the door to mongo.example.com'],
  ['a door of an own name that is reached in clear', withDoor({}, { security: { by: 'nothing' } }), 'chart/route broken-plan: nobody opens the door to mongo.example.com'],
  ['a set of callers where nobody is known', withDoor({ opensTo: { by: 'port' } }), 'chart/route broken-plan: the door to mongo.example.com cannot know whom it lets in'],
  ['a handshake that is nobody\'s', withDoor({ opensTo: { by: 'sni', name: 'x' }, admits: { handshake: ['spiffe://a'] } }), 'chart/route broken-plan: the door to mongo.example.com cannot know whom'],
  ['rules of requests where nobody is known', withDoor({ opensTo: { by: 'port' }, admits: { requests: [] } }), 'chart/route broken-plan: the door to mongo.example.com cannot know whom'],
])('%s is a mistake of the library', (_, way, message) => {
  expect(problems({ ways: [way] })).toEqual([expect.stringContaining(message)]);
  expect(problems({ ways: [way] })[0]).toContain('; this is a mistake of the library: please report it');
});

test('a door at two gateways is a mistake of the library', () => {
  const [gateway] = PLAN.gateways;
  expect(problems({ gateways: [{ ...gateway, name: 'out/other' }] })).toEqual([expect.stringContaining('out/other broken-plan: a door stands at two gateways')]);
});

test('two doors of one name at one gateway are a problem, and at two they are none', () => {
  const other: Way = { ...ROUTED, route: 'chart/other', host: 'other.example.com' };
  expect(problems({ ways: [ROUTED, other] })).toEqual([
    expect.stringContaining(`chart/other same-name: what stands at gateway "out/gateway" for other.example.com on port 27018 is called "${DOOR.name}", as something else is`),
  ]);
  expect(problems({ ways: [ROUTED, withDoor({ gateway: 'out/other' })] })).toEqual([]);
});
