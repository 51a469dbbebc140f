package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/reverie-rl/reverie/env/remote/internal/wire"
)

// stream is a connection to a server. It asks one question at a time.
type stream struct {
	host       string
	timeout    time.Duration
	connection *grpc.ClientConn
	calls      grpc.ClientStream
	cancel     context.CancelCauseFunc
	context    context.Context
	broken     error // why nothing can be asked any more
}

// open connects to host.
func open(host string, timeout time.Duration) (*stream, error) {
	connection, err := grpc.NewClient("passthrough:///"+host,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{}), grpc.MaxCallRecvMsgSize(defaultMessage), grpc.MaxCallSendMsgSize(defaultMessage)))
	if err != nil {
		return nil, err
	}
	s := &stream{host: host, timeout: timeout, connection: connection}
	s.context, s.cancel = context.WithCancelCause(context.Background())
	err = s.within(func() (err error) {
		s.calls, err = connection.NewStream(s.context, &description(nil).Streams[0], "/"+service+"/"+method)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connecting to %s: %w", host, err), s.close())
	}
	return s, nil
}

// errSilent is why a call ends that takes too long.
var errSilent = errors.New("the server does not answer")

// within calls do, and ends it when it takes too long. A stream that failed once stays broken: it is
// not known which of its requests were carried out.
func (s *stream) within(do func() error) error {
	if s.broken != nil {
		return s.broken
	}
	alarm := time.AfterFunc(s.timeout, func() { s.cancel(errSilent) })
	defer alarm.Stop()
	if err := do(); err != nil {
		s.broken = errors.New(status.Convert(err).Message())
		if errors.Is(context.Cause(s.context), errSilent) {
			s.broken = fmt.Errorf("%w for %v", errSilent, s.timeout)
		}
	}
	return s.broken
}

// ask sends a request and waits for the response. An answer that refuses the request is an error
// with the code that the server gave, as package google.golang.org/grpc/status tells it.
func (s *stream) ask(request wire.Request) (wire.Response, error) {
	var response wire.Response
	err := s.within(func() error {
		if err := s.calls.SendMsg(frame(request.Encode(nil))); err != nil && !errors.Is(err, io.EOF) {
			return err // of an end of the stream, RecvMsg tells the reason
		}
		var received frame
		err := s.calls.RecvMsg(&received)
		if err == nil {
			response, err = wire.DecodeResponse(received, defaultMessage)
		}
		return err
	})
	if err == nil && response.Kind == wire.Error {
		err = status.Error(codes.Code(response.Code), response.Message)
	} else if err == nil && response.Kind != request.Kind {
		s.broken = fmt.Errorf("the server answers the request %v by the response %v", request.Kind, response.Kind)
		err = s.broken
	}
	if err != nil {
		err = fmt.Errorf("%s: %v: %w", s.host, request.Kind, err)
	}
	return response, err
}

// close ends the connection. No request may be under way.
func (s *stream) close() error {
	s.cancel(nil)
	return s.connection.Close()
}
