#include "lsp/asio_executor.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

namespace fluxls::lsp {

namespace asio = boost::asio;

struct AsioExecutor::Impl {
  explicit Impl(size_t workers) : work(asio::make_work_guard(main)), pool(workers) {}
  asio::io_context main;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::thread_pool pool;
};

AsioExecutor::AsioExecutor(size_t workers)
    : workers_(workers), impl_(std::make_unique<Impl>(workers)) {}

AsioExecutor::~AsioExecutor() {
  JoinWorkers();
}

void AsioExecutor::Run(const std::function<void(const std::exception&)>& on_error) {
  while (!impl_->main.stopped()) {
    try {
      impl_->main.run();
    } catch (const std::exception& e) {
      on_error(e);
    }
  }
}

void AsioExecutor::Stop() {
  impl_->main.stop();
}

void AsioExecutor::JoinWorkers() {
  impl_->pool.stop();
  impl_->pool.join();
}

void AsioExecutor::Post(Task task) {
  asio::post(impl_->main, std::move(task));
}

void AsioExecutor::PostAfter(std::chrono::milliseconds delay, Task task) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->main, delay);
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

void AsioExecutor::RunOnWorker(Task task) {
  asio::post(impl_->pool, std::move(task));
}

}  // namespace fluxls::lsp
