import io.github.cdk8sistioegress.EgressApp;
import io.github.cdk8sistioegress.EgressAppProps;
import io.github.cdk8sistioegress.EgressGateway;
import io.github.cdk8sistioegress.EgressGatewayRoute;
import io.github.cdk8sistioegress.ExistingEgressGateway;
import io.github.cdk8sistioegress.ExistingEgressGatewayProps;
import io.github.cdk8sistioegress.TlsEgress;
import java.util.List;
import java.util.Map;
import org.cdk8s.Chart;
import org.cdk8s.ChartProps;

/** TLS hosts through the gateway, inside mutual TLS of the mesh: tls-gateway-mutual-tls.ts in Java. */
public class App {
    public static void main(String[] args) {
        org.cdk8s.App app = new org.cdk8s.App();
        EgressApp.configure(app, EgressAppProps.builder().name("tls-gateway-mutual-tls").build());
        Chart chart = new Chart(app, "bookinfo", ChartProps.builder().namespace("bookinfo").build());
        ExistingEgressGateway gateway = EgressGateway.fromService(chart, "gateway", ExistingEgressGatewayProps.builder()
                .namespace("istio-system")
                .service("istio-egressgateway")
                .selector(Map.of("istio", "egressgateway"))
                .serviceAccount("istio-egressgateway-service-account")
                .build());

        TlsEgress mongo = TlsEgress.Builder.create(chart, "mongo")
                .hosts(List.of("mongo.example.com")).ports(List.of(27018, 27019)).build();
        mongo.through(gateway);

        TlsEgress partners = TlsEgress.Builder.create(chart, "partners")
                .hosts(List.of("api.example.com", "files.example.com")).build();
        EgressGatewayRoute.Builder.create(chart, "partners-route").egress(partners).gateway(gateway).build();

        app.synth();
    }
}
