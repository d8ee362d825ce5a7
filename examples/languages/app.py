"""TLS hosts through the gateway, inside mutual TLS of the mesh: tls-gateway-mutual-tls.ts in Python."""
from cdk8s import App, Chart
from cdk8s_istio_egress import EgressApp, EgressGateway, EgressGatewayRoute, TlsEgress

app = App()
EgressApp.configure(app, name="tls-gateway-mutual-tls")
chart = Chart(app, "bookinfo", namespace="bookinfo")
gateway = EgressGateway.from_service(
    chart, "gateway",
    namespace="istio-system",
    service="istio-egressgateway",
    selector={"istio": "egressgateway"},
    service_account="istio-egressgateway-service-account",
)

mongo = TlsEgress(chart, "mongo", hosts=["mongo.example.com"], ports=[27018, 27019])
mongo.through(gateway)

partners = TlsEgress(chart, "partners", hosts=["api.example.com", "files.example.com"])
EgressGatewayRoute(chart, "partners-route", egress=partners, gateway=gateway)

app.synth()
