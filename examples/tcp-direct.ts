import { App, Chart } from 'cdk8s';
import { TcpEgress } from 'cdk8s-istio-egress';

/** A database by its address, and a range of addresses, straight from the sidecar. */
export const app = new App();
const chart = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });

new TcpEgress(chart, 'ledger', { host: 'ledger.example.com', addresses: ['203.0.113.10'], port: 5432 });
new TcpEgress(chart, 'brokers', { host: 'brokers.example.com', addresses: ['198.51.100.0/28'], ports: [9092, 9093] });

app.synth();
