package manifests

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/cli-runtime/pkg/resource"
)

// Kubectl is what kubectl says of a stream that it is told to apply.
func Kubectl(stream io.Reader) error {
	return problems(kubectl().Stream(stream, "manifests").Do())
}

// KubectlFiles reads a file, or a folder with all that `kubectl apply -f` takes
// of it, and returns the files' own text in kubectl's order.
func KubectlFiles(path string) (string, error) {
	result := kubectl().FilenameParam(false, &resource.FilenameOptions{Filenames: []string{path}}).Do()
	err := problems(result)
	infos, _ := result.Infos()
	var files []string
	for _, info := range infos {
		if len(files) == 0 || files[len(files)-1] != info.Source {
			files = append(files, info.Source)
		}
	}
	texts := make([]string, 0, len(files))
	for _, file := range files {
		text, readErr := os.ReadFile(file)
		if readErr != nil {
			return "", errors.Join(err, readErr)
		}
		texts = append(texts, string(text))
	}
	return strings.Join(texts, "\n---\n"), err
}

func kubectl() *resource.Builder {
	return resource.NewLocalBuilder().Unstructured().ContinueOnError().Flatten()
}

func problems(result *resource.Result) error {
	err := result.Visit(func(_ *resource.Info, err error) error { return err })
	if err == nil {
		return nil
	}
	causes := []error{err}
	if aggregate := utilerrors.Aggregate(nil); errors.As(err, &aggregate) {
		causes = aggregate.Errors()
	}
	for i, cause := range causes {
		causes[i] = fmt.Errorf("kubectl: %w", cause)
	}
	return errors.Join(causes...)
}
