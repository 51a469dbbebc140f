// Package track writes down what a run leaves to be seen: metrics, learning curves, videos, and a
// progress line while it runs. It knows neither algorithms nor environments.
//
// Metrics go to sinks. The JSON lines file is the truth, from which curves are drawn and which a
// resumed run cuts back to its checkpoint; TensorBoard files are a view of the same numbers.
//
//	log, err := track.OpenJSONL("run/metrics.jsonl")
//	board, err := track.CreateTensorBoard("run")
//	sink := track.Tee(log, board)
//	metrics.Set("loss/critic", 0.5)
//	err = sink.Write(step, metrics)
package track
