// TLS hosts through the gateway, inside mutual TLS of the mesh: tls-gateway-mutual-tls.ts in Go.
package main

import (
	"github.com/aws/jsii-runtime-go"
	egress "github.com/cdk8s-istio-egress/cdk8s-istio-egress-go/cdk8sistioegress"
	"github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2"
)

func main() {
	app := cdk8s.NewApp(nil)
	egress.EgressApp_Configure(app, &egress.EgressAppProps{Name: jsii.String("tls-gateway-mutual-tls")})
	chart := cdk8s.NewChart(app, jsii.String("bookinfo"), &cdk8s.ChartProps{Namespace: jsii.String("bookinfo")})
	gateway := egress.EgressGateway_FromService(chart, jsii.String("gateway"), &egress.ExistingEgressGatewayProps{
		Namespace:      jsii.String("istio-system"),
		Service:        jsii.String("istio-egressgateway"),
		Selector:       &map[string]*string{"istio": jsii.String("egressgateway")},
		ServiceAccount: jsii.String("istio-egressgateway-service-account"),
	})

	mongo := egress.NewTlsEgress(chart, jsii.String("mongo"), &egress.TlsEgressProps{
		Hosts: jsii.Strings("mongo.example.com"), Ports: jsii.Numbers[float64](27018, 27019),
	})
	mongo.Through(gateway, nil)

	partners := egress.NewTlsEgress(chart, jsii.String("partners"), &egress.TlsEgressProps{
		Hosts: jsii.Strings("api.example.com", "files.example.com"),
	})
	egress.NewEgressGatewayRoute(chart, jsii.String("partners-route"), &egress.EgressGatewayRouteProps{Egress: partners, Gateway: gateway})

	app.Synth()
}
