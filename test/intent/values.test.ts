import { Construct } from 'constructs';
import { EgressGateway, TlsEgress } from '../../src';
import { Values } from '../../src/intent/values';
import { chartOf, documents } from '../support';

describe('the path of values is that of the construct', () => {
  test.each(['x', 'a/b', '/', 'a//b/'])('%s', id => {
    const chart = chartOf();
    const { path } = new Construct(chart, id).node;
    expect(new Values(chart, id).path).toBe(path);
    expect(Values.of(chart.node.children[0]).path).toBe(path);
  });

  test('so that an id with a slash is not two ids', () => {
    const chart = chartOf();
    new TlsEgress(chart, 'a/b', { hosts: ['one.example.com'] });
    new TlsEgress(new Construct(chart, 'a'), 'b', { hosts: ['two.example.com'] });
    expect(new Set(documents(chart, 'ServiceEntry').map(({ metadata }) => metadata.name)).size).toBe(2);
  });
});

describe('labels and annotations', () => {
  const values = new Values(chartOf(), 'x');

  test.each(['toString', 'hasOwnProperty', 'valueOf'])('may have the key %s', key => {
    expect(values.labels('labels', { [key]: 'x' })).toEqual({ [key]: 'x' });
    expect(values.annotations({ [key]: 'x' })).toEqual({ [key]: 'x' });
    const chart = chartOf();
    new TlsEgress(chart, 'web', { hosts: ['web.example.com'], labels: { [key]: 'x' }, annotations: { [key]: 'x' } });
    for (const { metadata } of [...documents(chart, 'ServiceEntry'), ...documents(chart, 'DestinationRule')]) {
      expect(Object.entries(metadata.labels)).toContainEqual([key, 'x']);
      expect(Object.entries(metadata.annotations)).toContainEqual([key, 'x']);
    }
    new EgressGateway(chart, 'gateway', { name: 'out', labels: { [key]: 'x' } });
    expect(Object.entries(documents(chart, 'Deployment')[0].spec.template.metadata.labels)).toContainEqual([key, 'x']);
  });

  test('cannot have the key that cdk8s cannot write', () => {
    const mend = '; cdk8s takes an object with it for no plain one';
    expect(() => values.labels('labels', { constructor: 'x' } as any)).toThrow(`[bookinfo/x] invalid-label: labels has the key "constructor"${mend}`);
    expect(() => values.annotations({ constructor: 'x' } as any)).toThrow(`[bookinfo/x] invalid-annotation: annotations has the key "constructor"${mend}`);
  });

  test.each<[string, any]>([
    ['a list', ['x']],
    ['a list', []],
    ['another object', new Map([['team', 'books']])],
    ['"team=books"', 'team=books'],
  ])('are not %s', (shown, given) => {
    expect(() => values.labels('nodeSelector', given)).toThrow(`[bookinfo/x] invalid-value: nodeSelector is ${shown}; give an object of strings`);
    expect(() => values.annotations(given)).toThrow(`[bookinfo/x] invalid-value: annotations is ${shown}; give an object of strings`);
  });
});
