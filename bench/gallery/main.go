// Command gallery draws one picture of every domain and measures what random actions earn on every
// task, and writes both as a page:
//
//	gallery docs
//
// makes docs/gallery.md and docs/images/gallery. Episodes without an end are cut after 1000 steps.
package main

import (
	"errors"
	"fmt"
	"image"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/reverie-rl/reverie/classic"
	"github.com/reverie-rl/reverie/control"
	"github.com/reverie-rl/reverie/env"
	"github.com/reverie-rl/reverie/env/pool"
	"github.com/reverie-rl/reverie/run"
	"github.com/reverie-rl/reverie/track"
)

const (
	players  = 10   // environments of a task
	longest  = 1000 // steps of an episode
	settling = 25   // random steps before the picture is taken
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gallery DOCS")
	}
	if err := gallery(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func gallery(docs string) error {
	pictures := filepath.Join(docs, "images", "gallery")
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString(introduction)
	last := ""
	for _, task := range append(classic.Tasks(), control.Tasks()...) {
		if domain := domainOf(task.Name); domain != last {
			last = domain
			if err := heading(&page, pictures, domain, task); err != nil {
				return err
			}
		}
		if err := row(&page, task); err != nil {
			return err
		}
	}
	return track.WriteFile(filepath.Join(docs, "gallery.md"), []byte(page.String()))
}

// introduction begins the page.
const introduction = "# Tasks\n\n" +
	"Made by `go run ./bench/gallery docs`. Random returns are of uniformly random actions: mean ± standard deviation over ten environments, one episode each.\n\n" +
	"`reverie tasks --tag easy` lists the tasks with a tag; several `--tag` list those with all of them. `benchmarking` is the control suite's set for comparisons and `extra` the rest of it,\n" +
	"`easy` and `hard` are the suite's own judgement, `planet6` and `dreamer20` are the tasks of the papers on PlaNet and Dreamer.\n"

// domainOf is the name of a task up to its first hyphen: control/walker of control/walker-walk.
func domainOf(name string) string {
	domain, _, _ := strings.Cut(name, "-")
	return domain
}

// heading begins a domain's part of the page, with a picture if it can be drawn.
func heading(page *strings.Builder, pictures, domain string, task env.Task) error {
	fmt.Fprintf(page, "\n## %s\n\n", domain)
	file := strings.ReplaceAll(domain, "/", "-") + ".png"
	err := picture(task, filepath.Join(pictures, file))
	if err == nil {
		fmt.Fprintf(page, "![%s](images/gallery/%s)\n\n", domain, file)
	} else if !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%s: %w", task.Name, err)
	}
	page.WriteString("| task | observations | actions | random return | tags |\n|---|---|---|---|---|\n")
	return nil
}

// picture draws a task after some random steps.
func picture(task env.Task, path string) error {
	environment, err := task.New(1)
	if err != nil {
		return err
	}
	defer environment.Close()
	renderer, ok := environment.(env.Renderer)
	if !ok {
		return errors.ErrUnsupported
	}
	if err := shake(environment, settling); err != nil {
		return err
	}
	frame, err := renderer.Render(0, 240, 180)
	if err != nil {
		return err
	}
	return track.WriteVideo(path, []*image.RGBA{frame}, 1)
}

// shake takes random actions for a number of steps.
func shake(environment env.Environment, steps int) error {
	random := rand.New(rand.NewPCG(1, 0))
	spec := environment.Action()
	action := make([]float64, spec.Size())
	_, err := environment.Reset()
	for count := 0; err == nil && count < steps; count++ {
		for i := range action {
			action[i] = randomAction(random, spec, i)
		}
		_, err = environment.Step(action)
	}
	return err
}

// unbounded is the size of random actions that have no bounds.
const unbounded = 1e6

func randomAction(random *rand.Rand, spec env.Spec, i int) float64 {
	if spec.Kind == env.Int {
		return float64(random.IntN(int(spec.Maximum[i]) + 1))
	}
	if !spec.Bounded() || spec.Maximum[i] > unbounded {
		return 2*random.Float64() - 1
	}
	return spec.Minimum[i] + random.Float64()*(spec.Maximum[i]-spec.Minimum[i])
}

// row describes one task.
func row(page *strings.Builder, task env.Task) error {
	scores, p, err := randomReturns(task)
	if err != nil {
		return fmt.Errorf("%s: %w", task.Name, err)
	}
	observations := 0
	for _, spec := range p.Observations() {
		observations += spec.Size()
	}
	fmt.Fprintf(page, "| `%s` | %d | %d | %.1f ± %.1f | %s |\n", task.Name, observations, p.Action().Size(), scores.Mean(), scores.Deviation(), strings.Join(task.Tags, ", "))
	return p.Close()
}

// randomReturns plays one episode in each of several environments, side by side.
func randomReturns(task env.Task) (run.Evaluation, *pool.Pool, error) {
	scores := run.Evaluation{Returns: make([]float64, players)}
	p, err := pool.New(task.New, pool.Config{Environments: players, Workers: runtime.NumCPU(), Seed: 1})
	if err != nil {
		return scores, nil, err
	}
	random := rand.New(rand.NewPCG(1, 0))
	spec := p.Action()
	actions := make([]float64, players*spec.Size())
	ended := make([]bool, players)
	_, err = p.Reset()
	for count := 0; err == nil && count < longest; count++ {
		for i := range actions {
			actions[i] = randomAction(random, spec, i%spec.Size())
		}
		var batch *pool.Batch
		if batch, err = p.Step(actions); err != nil {
			break
		}
		for i, reward := range batch.Reward {
			if !ended[i] {
				scores.Returns[i] += reward
				ended[i] = batch.Type[i] == env.Last
			}
		}
	}
	return scores, p, err
}
