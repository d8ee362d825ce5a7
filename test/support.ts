import { App, Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressGateway, ExistingEgressGateway } from '../src';

export function chartOf(namespace = 'bookinfo', app: App = Testing.app()): Chart {
  return new Chart(app, namespace, { namespace });
}

export function gatewayOf(scope: Construct, id = 'gateway', service = 'istio-egressgateway'): ExistingEgressGateway {
  return EgressGateway.fromService(scope, id, {
    namespace: 'istio-system',
    service,
    selector: { istio: 'egressgateway' },
    serviceAccount: 'istio-egressgateway-service-account',
  });
}

/** The documents of a kind that a chart writes. */
export function documents(chart: Chart, kind: string): any[] {
  return Testing.synth(chart).filter(document => document.kind === kind);
}

/** The only document of a kind that a chart writes. */
export function theDocument(chart: Chart, kind: string): any {
  const found = documents(chart, kind);
  expect(found).toHaveLength(1);
  return found[0];
}
