package kubernetes

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	core "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/apis/rbac"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
)

// strategies are what the API server itself creates each kind by. Policies and
// their bindings are given no authorizer: who may read what they name is not known.
var strategies = map[schema.GroupKind]rest.RESTCreateStrategy{
	core.Kind("ConfigMap"):                                  configmap.Strategy,
	core.Kind("Namespace"):                                  namespace.Strategy,
	core.Kind("Pod"):                                        pod.Strategy,
	core.Kind("Secret"):                                     secret.Strategy,
	core.Kind("Service"):                                    service.Strategy,
	core.Kind("ServiceAccount"):                             serviceaccount.Strategy,
	apps.Kind("DaemonSet"):                                  daemonset.Strategy,
	apps.Kind("Deployment"):                                 deployment.Strategy,
	apps.Kind("ReplicaSet"):                                 replicaset.Strategy,
	apps.Kind("StatefulSet"):                                statefulset.Strategy,
	autoscaling.Kind("HorizontalPodAutoscaler"):             horizontalpodautoscaler.Strategy,
	batch.Kind("CronJob"):                                   cronjob.Strategy,
	batch.Kind("Job"):                                       job.Strategy,
	networking.Kind("Ingress"):                              ingress.Strategy,
	networking.Kind("NetworkPolicy"):                        networkpolicy.Strategy,
	policy.Kind("PodDisruptionBudget"):                      poddisruptionbudget.Strategy,
	rbac.Kind("ClusterRole"):                                clusterrole.Strategy,
	rbac.Kind("ClusterRoleBinding"):                         clusterrolebinding.Strategy,
	rbac.Kind("Role"):                                       role.Strategy,
	rbac.Kind("RoleBinding"):                                rolebinding.Strategy,
	admissionregistration.Kind("ValidatingAdmissionPolicy"): validatingadmissionpolicy.NewStrategy(nil, nil),
	admissionregistration.Kind("ValidatingAdmissionPolicyBinding"): validatingadmissionpolicybinding.NewStrategy(nil, nil, nil),
}
