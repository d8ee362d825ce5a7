import { Construct } from 'constructs';
import { TlsEgress } from '../../src';
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
