package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/cdk8s-istio-egress/conformance/internal/manifests"
)

// Event is that an object's fields were written, or that it was deleted.
type Event struct {
	// ID is that of the manifest.
	ID      string
	Deleted bool

	version uint64
}

// Follow tells, when it is stopped, what was done to objects of the kinds of some, in the order in which the API server stored it.
func (c *Cluster) Follow(objects []*manifests.Object) (stop func() ([]Event, error), err error) {
	ctx := context.Background()
	var watches []watch.Interface
	ended := atomic.Bool{}
	end := func() {
		ended.Store(true)
		for _, one := range watches {
			one.Stop()
		}
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	var events []Event
	var problem error
	followed := map[schema.GroupVersionKind]bool{}
	for _, object := range objects {
		kind := object.Raw.GroupVersionKind()
		if followed[kind] {
			continue
		}
		followed[kind] = true
		mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			end()
			return nil, err
		}
		there, err := c.dynamic.Resource(mapping.Resource).List(ctx, metav1.ListOptions{})
		if err != nil {
			end()
			return nil, err
		}
		generations := map[string]int64{}
		for _, one := range there.Items {
			generations[idOf(&one)] = one.GetGeneration()
		}
		watched, err := c.dynamic.Resource(mapping.Resource).Watch(ctx, metav1.ListOptions{ResourceVersion: there.GetResourceVersion()})
		if err != nil {
			end()
			return nil, err
		}
		watches = append(watches, watched)
		open.Go(func() {
			for one := range watched.ResultChan() {
				if ended.Load() {
					continue // that it was stopped comes as an error
				}
				mu.Lock()
				event, err := eventOf(one, generations)
				if err != nil {
					problem = err
				} else if event != nil {
					events = append(events, *event)
				}
				mu.Unlock()
			}
		})
	}
	return func() ([]Event, error) {
		end()
		open.Wait()
		slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.version, b.version) })
		return events, problem
	}, nil
}

// eventOf is nil of what changes an object's metadata or status alone.
func eventOf(one watch.Event, generations map[string]int64) (*Event, error) {
	object, ok := one.Object.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("a watch ended: %v", one.Object)
	}
	version, err := strconv.ParseUint(object.GetResourceVersion(), 10, 64)
	if err != nil {
		return nil, err
	}
	event := &Event{ID: idOf(object), Deleted: one.Type == watch.Deleted, version: version}
	if one.Type == watch.Modified && (generations[event.ID] == object.GetGeneration() || object.GetDeletionTimestamp() != nil) {
		return nil, nil
	}
	generations[event.ID] = object.GetGeneration()
	return event, nil
}

func idOf(object *unstructured.Unstructured) string {
	return (&manifests.Object{Raw: object}).ID()
}
